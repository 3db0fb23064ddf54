using System.Net;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Staff;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants.Applications;

namespace CityLoop.Server.Tests.Merchants.Staff;

/// <summary>Who manages a shop says who works there, and each of them agrees in their own pass.</summary>
public sealed class ShopStaffTests : IAsyncLifetime
{
    readonly TestCity _city = new();

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task Who_is_asked_works_there_once_they_agree_and_refunds_only_when_they_may()
    {
        using var manager = await _city.SignInAsync(Cast.HuangZhiming);
        using var baker = await _city.SignInAsync(Cast.EmmaDubois);
        (await AskAsync(manager, _city.ContactOf(Cast.EmmaDubois))).ShouldContain("已邀請");
        (await baker.GetAsync("/till")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await _city.LetterAsync(_city.ContactOf(Cast.EmmaDubois), "邀請你當店員")).ShouldContain("我工作的店");

        using var agreed = await baker.SubmitAsync("/me/shops", "/accept");
        (await agreed.Content.ReadAsStringAsync()).ShouldContain("你是店員了");

        await _city.LetterAsync(_city.ContactOf(Cast.HuangZhiming), "有新店員");
        await _city.GiveAsync(Cast.LinMeiling, 100);
        var paid = (await baker.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 40)).ShouldBeDone();
        using var refused = await baker.PostAsync($"/api/v1/till/charges/{paid.Id}/refund", null);
        (await refused.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("refund_not_yours");
        (await baker.GetStringAsync($"/till/receipts/{paid.Id}")).ShouldNotContain("refund-now");
        (await baker.GetStringAsync("/till/staff")).ShouldContain("id=\"not-yours\"");
        (await _city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(61);

        var staff = _city.Get<ShopStaff>();
        (await staff.ChangeAsync(
            PersonId.OfCast(Cast.HuangZhiming), await BakeryAsync(), PersonId.OfCast(Cast.EmmaDubois), true, false,
            default)).ShouldBe(StaffOutcome.Done);
        using var refunded = await baker.PostAsync($"/api/v1/till/charges/{paid.Id}/refund", null);
        refunded.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_removed_charges_no_more_from_that_moment_and_has_the_role_no_longer()
    {
        await WorksAsync(Cast.EmmaDubois, mayManage: false);
        using var baker = await _city.SignInAsync(Cast.EmmaDubois);
        (await baker.GetAsync("/till")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await _city.Get<ShopStaff>().RemoveAsync(
            PersonId.OfCast(Cast.HuangZhiming), await BakeryAsync(), PersonId.OfCast(Cast.EmmaDubois), default))
            .ShouldBe(StaffOutcome.Done);

        (await baker.GetAsync("/till")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await _city.LetterAsync(_city.ContactOf(Cast.EmmaDubois), "不再是");
        (await _city.Get<PersonStore>().FindAsync(PersonId.OfCast(Cast.EmmaDubois), default))!.Roles
            .ShouldBe([Roles.Resident]);
        // The city's own list planted the first manager; who was let go does not come back with the next start.
        await _city.RestartAsync();
        (await _city.Get<ShopStaff>().OfShopAsync(await BakeryAsync(), default)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_shop_keeps_somebody_who_manages_it_also_when_two_remove_each_other_at_once()
    {
        var (staff, shop) = (_city.Get<ShopStaff>(), await BakeryAsync());
        var (one, other) = (PersonId.OfCast(Cast.HuangZhiming), PersonId.OfCast(Cast.EmmaDubois));
        (await staff.RemoveAsync(one, shop, one, default)).ShouldBe(StaffOutcome.LastManager);
        (await staff.ChangeAsync(one, shop, one, true, false, default)).ShouldBe(StaffOutcome.LastManager);
        await WorksAsync(Cast.EmmaDubois, mayManage: true);

        var outcomes = await Task.WhenAll(
            staff.RemoveAsync(one, shop, other, default), staff.RemoveAsync(other, shop, one, default));

        outcomes.Count(outcome => outcome == StaffOutcome.Done).ShouldBe(1);
        (await staff.OfShopAsync(shop, default)).ShouldHaveSingleItem().MayManage.ShouldBeTrue();
    }

    [Fact]
    public async Task Nobody_brings_themselves_in_and_nobody_says_yes_for_another_or_after_a_week()
    {
        var (staff, shop) = (_city.Get<ShopStaff>(), await BakeryAsync());
        var (emma, manager) = (PersonId.OfCast(Cast.EmmaDubois), PersonId.OfCast(Cast.HuangZhiming));
        var contact = Contact.Read(_city.ContactOf(Cast.EmmaDubois));
        (await staff.AskAsync(emma, shop, contact, true, true, default)).ShouldBe(StaffOutcome.NotYours);
        (await staff.AskAsync(manager, shop, contact, false, false, default)).ShouldBe(StaffOutcome.Done);
        (await staff.AskAsync(manager, shop, contact, false, false, default)).ShouldBe(StaffOutcome.AskedBefore);
        var ask = (await staff.AskedByShopAsync(shop, default))[0].Id;

        (await staff.AcceptAsync(PersonId.OfCast(Cast.LinMeiling), ask, default)).ShouldBe(StaffOutcome.NotYours);
        (await staff.DeclineAsync(PersonId.OfCast(Cast.LinMeiling), ask, default)).ShouldBe(StaffOutcome.NotYours);
        // Her contact is the cast's own, which nobody has proved yet.
        (await staff.AcceptAsync(emma, ask, default)).ShouldBe(StaffOutcome.NotYours);
        using var proved = await _city.SignInAsync(Cast.EmmaDubois);
        _city.Clock.Advance(ShopStaff.AskLasts);
        (await staff.AcceptAsync(emma, ask, default)).ShouldBe(StaffOutcome.NotYours);
        (await staff.AskAsync(manager, shop, contact, false, false, default)).ShouldBe(StaffOutcome.Done);
        (await staff.AcceptAsync(emma, (await staff.AskedByShopAsync(shop, default))[0].Id, default))
            .ShouldBe(StaffOutcome.Done);
        (await staff.WithdrawAsync(manager, shop, ask, default)).ShouldBe(StaffOutcome.NotYours);
    }

    [Fact]
    public async Task Who_works_at_two_shops_chooses_whose_till_a_device_is()
    {
        await _city.LetInAsync(await _city.AppliedAsync(Cast.HuangZhiming));
        using var counter = await _city.SignInAsync(Cast.HuangZhiming);
        using var teaHouse = await _city.SignInAsync(Cast.HuangZhiming);

        using var first = await ChooseAsync(counter, Cast.SunflowerBakery);
        using var second = await ChooseAsync(teaHouse, ApplyingShops.TaxIdOfTheTeaHouse);

        (await counter.GetStringAsync("/till")).ShouldContain("<h1 id=\"shop\">向日葵烘焙</h1>");
        (await teaHouse.GetStringAsync("/till")).ShouldContain("<h1 id=\"shop\">美玲茶館</h1>");
        await _city.GiveAsync(Cast.LinMeiling, 100);
        var paid = (await teaHouse.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 25)).ShouldBeDone();
        (await _city.TakingsOfAsync(ApplyingShops.TaxIdOfTheTeaHouse)).ShouldBe(25);
        // A receipt is for who works at its shop, whichever till they stand at.
        (await counter.GetAsync($"/receipts/{paid.Id}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var elsewhere = await ChooseAsync(counter, "green-river");
        elsewhere.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=not_yours");
    }

    static Task<HttpResponseMessage> ChooseAsync(HttpClient worker, string shop) =>
        worker.SubmitAsync("/me/shops", "/choose", ("shop", shop));

    static async Task<string> AskAsync(HttpClient manager, string contact)
    {
        using var asked = await manager.SubmitAsync("/till/staff", "id=\"ask\"", ("contact", contact));
        return await asked.Content.ReadAsStringAsync();
    }

    async Task<Guid> BakeryAsync() => (await _city.ShopAsync(Cast.SunflowerBakery)).Id;

    async Task WorksAsync(string castId, bool mayManage)
    {
        var (staff, shop) = (_city.Get<ShopStaff>(), await BakeryAsync());
        using var proved = await _city.SignInAsync(castId);
        (await staff.AskAsync(
            PersonId.OfCast(Cast.HuangZhiming), shop, Contact.Read(_city.ContactOf(castId)), true, mayManage, default))
            .ShouldBe(StaffOutcome.Done);
        var ask = (await staff.AsksOfAsync(PersonId.OfCast(castId), default))[0].Ask.Id;
        (await staff.AcceptAsync(PersonId.OfCast(castId), ask, default)).ShouldBe(StaffOutcome.Done);
    }
}
