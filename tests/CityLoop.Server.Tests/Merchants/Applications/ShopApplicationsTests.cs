using System.Net;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Applications;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Merchants.Applications;

/// <summary>A shop applies, and two officers let it in: its bank account is where the city's money goes.</summary>
public sealed class ShopApplicationsTests(TestCity city) : IClassFixture<TestCity>
{
    const string Apply = DecideApplication.Apply;
    const string Desk = DecideApplication.Desk;

    [Fact]
    public async Task A_shop_that_two_officers_let_in_charges_with_its_applicant_at_the_till()
    {
        var id = await city.AppliedAsync(Cast.LinMeiling, "22099131");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        using var applicant = await city.SignInAsync(Cast.LinMeiling);
        (await applicant.GetStringAsync($"{Apply}/{id}")).ShouldContain("審核中");
        (await applicant.GetAsync("/till")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        (await AgreeAsync(first, id)).ShouldContain("等另一位人員核准");
        (await AgreeAsync(first, id)).ShouldContain("你已經同意過");
        (await city.Get<MerchantStore>().OfCodeAsync("22099131", default)).ShouldBeNull();
        (await AgreeAsync(second, id)).ShouldContain("店家加入了");

        var shop = (await city.Get<MerchantStore>().OfCodeAsync("22099131", default)).ShouldNotBeNull();
        shop.Names["en"].ShouldBe("Meiling's Tea");
        shop.Bank.ShouldBe(new("9990001", "001234567", "美玲茶館有限公司"));
        shop.Tax.Number.ShouldBe("22099131");
        (await applicant.GetStringAsync("/till")).ShouldContain("美玲茶館");
        (await city.LetterAsync(city.ContactOf(Cast.LinMeiling), "美玲茶館 可以收點數了")).ShouldContain("收款");
        (await applicant.GetStringAsync($"{Apply}/{id}")).ShouldContain("可以開始收點數了");
        await city.GiveAsync(Cast.ChenATu, 50);
        var paid = await applicant.ChargeAsync(await city.CodeOfAsync(Cast.ChenATu), 30);
        paid.ShouldBeDone();
        (await city.TakingsOfAsync("22099131")).ShouldBe(30);
        // A third officer's yes comes too late, and makes no second shop.
        (await city.Get<ShopApplications>().AgreeAsync(PersonId.OfCast(Cast.WangYating), id, default))
            .ShouldBe(ApplicationOutcome.DecidedBefore);
        (await RowsAsync($"merchants.application where id = '{id}' and reached_at <> ''")).ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_stand_is_told_beside_its_field_and_nothing_typed_is_lost()
    {
        using var applicant = await city.SignInAsync(Cast.EmmaDubois);
        var fields = ApplyingShops.Fields("12345678").Select(f => f.Name switch
        {
            "BankCode" => (f.Name, "99900"), "AccountHolder" => (f.Name, ""), "Closes0" => (f.Name, ""), _ => f,
        }).ToArray();

        using var answer = await applicant.SubmitAsync(Apply, "send-application", fields);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldContain("有 4 欄要再看一下");
        foreach (var told in (string[])["這不是正確的統一編號", "請填 7 位數字", "請填存摺上的戶名", "每天的開門和打烊都要填"])
            page.ShouldContain(told);
        foreach (var typed in (string[])["美玲茶館", "12345678", "99900", "臺中市西區公益路 1 號", "value=\"09:00\""])
            page.ShouldContain(typed);
        (await RowsAsync("merchants.application where tax_id = '12345678'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_business_has_one_application_that_waits_and_its_second_shop_a_code_of_its_own()
    {
        const string business = "10458575";
        var first = await city.AppliedAsync(Cast.LiShufen, business);
        using var other = await city.SignInAsync(Cast.EmmaDubois);
        using var twice = await other.SubmitAsync(Apply, "send-application", ApplyingShops.Fields(business));
        twice.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await twice.Content.ReadAsStringAsync()).ShouldContain("已經有一件申請在等");
        using var applicant = await city.SignInAsync(Cast.LiShufen);

        using var back = await applicant.SubmitAsync($"{Apply}/{first}", "withdraw");
        (await back.Content.ReadAsStringAsync()).ShouldContain("已收回");
        await city.LetInAsync(await city.AppliedAsync(Cast.LiShufen, business));
        await city.LetInAsync(await city.AppliedAsync(Cast.LiShufen, business));

        (await city.Get<MerchantStore>().OfCodeAsync($"{business}-2", default)).ShouldNotBeNull();
        (await city.Get<MerchantStore>().OfCodeAsync($"{business}-3", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_refusal_tells_the_applicant_why_and_leaves_no_shop()
    {
        var id = await city.AppliedAsync(Cast.LinMeiling, "04595252");
        using var officer = await city.SignInAsync(Cast.WangYating);

        (await RefuseAsync(officer, id, " ")).ShouldContain("請寫原因");
        (await RefuseAsync(officer, id, "戶名和統編不同一家公司")).ShouldContain("原因已寄給申請人");

        (await city.LetterAsync(city.ContactOf(Cast.LinMeiling), "申請沒有通過")).ShouldContain("戶名和統編不同一家公司");
        using var applicant = await city.SignInAsync(Cast.LinMeiling);
        (await applicant.GetStringAsync($"{Apply}/{id}")).ShouldContain("戶名和統編不同一家公司");
        (await city.Get<MerchantStore>().OfCodeAsync("04595252", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_decides_on_their_own_shop_and_nobody_else_sees_or_takes_back_an_application()
    {
        var id = await city.AppliedAsync(Cast.WangYating, "00238778");
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var stranger = await city.SignInAsync(Cast.EmmaDubois);

        (await AgreeAsync(officer, id)).ShouldContain("這是你自己的申請");
        (await stranger.GetAsync($"{Apply}/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await city.Get<ShopApplications>().WithdrawAsync(PersonId.OfCast(Cast.EmmaDubois), id, default))
            .ShouldBe(ApplicationOutcome.DecidedBefore);
        (await stranger.GetAsync($"{Desk}/{id}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        (await auditor.GetStringAsync($"{Desk}/{id}")).ShouldNotContain("id=\"agree\"");
    }

    [Fact]
    public async Task Two_officers_who_press_at_once_let_the_shop_in_once()
    {
        var id = await city.AppliedAsync(Cast.EmmaDubois, "22822281");
        var all = city.Get<ShopApplications>();
        (await all.AgreeAsync(PersonId.OfCast(Cast.WangYating), id, default)).ShouldBe(ApplicationOutcome.Agreed);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => all.AgreeAsync(PersonId.OfCast(Cast.ZhangJianguo), id, default)));

        answers.Count(answer => answer == ApplicationOutcome.Done).ShouldBe(1);
        answers.Count(answer => answer == ApplicationOutcome.DecidedBefore).ShouldBe(3);
        (await RowsAsync("merchants.merchant where code = '22822281'")).ShouldBe(1);
    }

    static async Task<string> AgreeAsync(HttpClient officer, Guid id)
    {
        using var decided = await officer.SubmitAsync($"{Desk}/{id}", "id=\"agree\"", ("decision", "approve"));
        return await decided.Content.ReadAsStringAsync();
    }

    static async Task<string> RefuseAsync(HttpClient officer, Guid id, string reason)
    {
        using var decided = await officer.SubmitAsync(
            $"{Desk}/{id}", "id=\"refuse\"", ("decision", "refuse"), ("reason", reason));
        return await decided.Content.ReadAsStringAsync();
    }

    async Task<long> RowsAsync(string rows)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {rows}");
    }
}
