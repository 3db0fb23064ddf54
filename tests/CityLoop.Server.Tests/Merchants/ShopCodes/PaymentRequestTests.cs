using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.Merchants.ShopCodes;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants.ShopCodes;

/// <summary>A till asks for one payment with a code that names it; it is paid once, and both hear of it.</summary>
public sealed class PaymentRequestTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>All of it in points.</summary>
    const string All = """{"points":null}""";

    [Fact]
    public async Task A_request_is_paid_once_with_its_own_amount_by_who_comes_first()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        await city.GiveAsync(Cast.EmmaDubois, 1_000);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var lin = await city.SignInAsync(Cast.LinMeiling);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var (id, asked) = await AskAsync(till, 160);
        asked.GetProperty("paid").ValueKind.ShouldBe(JsonValueKind.Null);
        var code = MerchantQr.Read(asked.GetProperty("code").GetString()!)!;
        (code.Request, code.Shop, code.Amount, code.CurrencyNumber).ShouldBe((id, null, "160", "901"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            (i % 2 == 0 ? lin : emma).SendAsync($"/api/v1/wallet/requests/{id}", All)));

        var paid = answers.Where(a => a.Status == HttpStatusCode.OK).ToList();
        paid.Count.ShouldBe(4, "who paid is told so at every try");
        paid.Select(a => a.Body.GetProperty("id").GetGuid()).Distinct().Count().ShouldBe(1);
        answers.Except(paid).ShouldAllBe(a => a.Body.GetProperty("code").GetString() == "payment_request_paid");
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 160);
        (await till.AskAsync($"/api/v1/till/requests/{id}")).Body.GetProperty("paid").GetProperty("amount").GetInt64()
            .ShouldBe(160);
    }

    [Fact]
    public async Task Who_has_too_few_points_pays_with_all_of_them_and_the_till_says_how_much_is_cash()
    {
        await city.GiveAsync(Cast.EmmaDubois, 61);
        var (shop, wallet) = (await city.ShopAsync("green-river"), await city.AccountOfAsync(Cast.EmmaDubois));
        var rest = await city.BalanceOfAsync(Cast.EmmaDubois) - 60;
        await city.PostAsync(new Transfer(Guid.NewGuid(), wallet, shop.Account, rest, TransferCode.Pay));
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var (id, _) = await AskAsync(till, 100);
        (await emma.SendAsync($"/api/v1/wallet/requests/{id}", """{"points":101}""")).Code.ShouldBe("more_than_asked");
        (await emma.SendAsync($"/api/v1/wallet/requests/{id}", """{"points":0}""")).Code
            .ShouldBe("amount_not_positive");
        (await emma.GetStringAsync($"/pay/requests/{id}")).ShouldContain("用掉全部 60 點，其餘 40 元付現金");

        using var paid = await emma.SubmitAsync($"/pay/requests/{id}", "id=\"pay\"");

        paid.RequestMessage!.RequestUri!.AbsolutePath.ShouldStartWith("/receipts/");
        var told = (await till.AskAsync($"/api/v1/till/requests/{id}")).Body.GetProperty("paid");
        (told.GetProperty("amount").GetInt64(), told.GetProperty("cash").GetInt64()).ShouldBe((60, 40));
        (await till.GetStringAsync($"/till/requests/{id}")).ShouldContain("請再收現金 40 元");
    }

    [Fact]
    public async Task Asked_again_it_is_the_same_and_with_another_amount_or_by_another_shop_it_is_refused()
    {
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var (id, asked) = await AskAsync(till, 90);

        (await SendAsync(till, id, 90)).Body.GetProperty("code").GetString()
            .ShouldBe(asked.GetProperty("code").GetString());
        (await SendAsync(till, id, 91)).Body.GetProperty("code").GetString().ShouldBe("id_already_used");
        (await SendAsync(till, Guid.NewGuid(), 0)).Body.GetProperty("code").GetString()
            .ShouldBe("amount_not_positive");
        (await SendAsync(till, Guid.NewGuid(), 300_000)).Body.GetProperty("code").GetString()
            .ShouldBe("amount_too_large");
        (await SendAsync(till, Guid.Empty, 5)).Body.GetProperty("code").GetString().ShouldBe("id_not_valid");
        using var resident = await city.SignInAsync(Cast.EmmaDubois);
        (await SendAsync(resident, Guid.NewGuid(), 5)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Whoever_pays_a_till_s_request_cannot_name_another_payment_so()
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var lin = await city.SignInAsync(Cast.LinMeiling);
        var (id, _) = await AskAsync(till, 300);
        var request = (await city.Get<PaymentRequests>().FindAsync(id, default))!;

        var forged = await lin.SendAsync("/api/v1/wallet/payments",
            $$"""{"id":"{{request.Payment}}","shop":"sunflower","amount":1}""");
        forged.Body.GetProperty("code").GetString().ShouldBe("id_not_valid");
        (await lin.SendAsync("/api/v1/wallet/payments", $$"""{"id":"{{id}}","shop":"sunflower","amount":1}"""))
            .Status.ShouldBe(HttpStatusCode.OK, "a payment of its own");

        (await city.Get<PaymentRequests>().PaidAsync(request, default)).ShouldBeNull();
        (await lin.SendAsync($"/api/v1/wallet/requests/{id}", All)).Body.GetProperty("amount").GetInt64()
            .ShouldBe(300);
    }

    [Fact]
    public async Task A_request_runs_out_and_who_has_too_little_pays_nothing()
    {
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var (id, _) = await AskAsync(till, 199_999);
        (await emma.SendAsync($"/api/v1/wallet/requests/{id}", All)).Body.GetProperty("code").GetString()
            .ShouldBe("you_have_too_few_points");
        city.Clock.Advance(PaymentRequests.OpenFor);

        (await emma.SendAsync($"/api/v1/wallet/requests/{id}", All)).Body.GetProperty("code").GetString()
            .ShouldBe("payment_request_over");
        (await emma.SendAsync($"/api/v1/wallet/requests/{Guid.NewGuid()}", All)).Status
            .ShouldBe(HttpStatusCode.NotFound);
        var request = (await city.Get<PaymentRequests>().FindAsync(id, default))!;
        (request with { Merchant = Guid.NewGuid() }).Payment.ShouldNotBe(request.Payment, "another shop's");
        (await till.GetStringAsync($"/till/requests/{id}")).ShouldContain("這個收款碼過期了");
        (await till.GetAsync($"/till/requests/{Guid.NewGuid()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_till_shows_the_code_the_phone_s_page_reads_it_pays_and_the_till_says_so_by_itself()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var till = await Browser.OpenAsync(city, Screen.Tablet);
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");
        await till.ClickAsync("[data-key='7']");
        await till.ClickAsync("[data-key='00']");
        await till.ClickAsync("#ask");
        await till.WaitForSelectorAsync("#request .qr");
        await till.ShouldBeAccessibleAsync();
        await till.PictureAsync("till-request");
        var phone = await Browser.OpenAsync(city);
        await phone.SignInAsync(city, Cast.LinMeiling, "/me");
        await phone.AddInitScriptAsync(ScannedCodeTests.CameraThatSees(await till.PhotographAsync()));
        await phone.GotoAsync("/scan");
        await phone.ShouldBeAccessibleAsync();
        await phone.PictureAsync("scan");
        await phone.ClickAsync("#start");
        await phone.WaitForSelectorAsync("#pay");
        await phone.ShouldBeAccessibleAsync();
        await phone.PictureAsync("pay-request");
        (await phone.TextContentAsync(".money"))!.Trim().ShouldStartWith("700");

        // The page is loaded anew while it waits, as when a clerk's thumb slips: it goes on.
        await till.ReloadAsync();
        await phone.ClickAsync("#pay");

        await phone.WaitForURLAsync(new Regex("/receipts/.*paid"));
        await till.WaitForSelectorAsync(".received");
        await till.PictureAsync("till-request-paid");
        (await till.TextContentAsync("#asked")).ShouldBe("700");
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 700);
    }

    [Theory]
    [InlineData("https://elsewhere.example/pay/sunflower", "/pay/sunflower")]
    [InlineData("hello", null)]
    [InlineData("https://elsewhere.example/", null)]
    [InlineData("https://elsewhere.example/payments/1", null)]
    [InlineData("javascript:alert(1)//pay/", null)]
    public async Task What_is_scanned_leads_to_a_shop_of_this_city_or_nowhere(string text, string? address)
    {
        using var person = await city.SignInAsync(Cast.LinMeiling);

        using var answer = await person.GetAsync($"/scan?text={Uri.EscapeDataString(text)}");

        if (address is null)
            (await answer.Content.ReadAsStringAsync()).ShouldContain("這不是店家的付款碼");
        else
            answer.RequestMessage!.RequestUri!.ShouldBe(new Uri(city.Address, address));
    }

    [Fact]
    public async Task A_code_of_another_city_is_told_as_such()
    {
        var other = new MerchantQr("osaka", "sunflower", null, "392", null, "JP", "Sunflower", "Osaka").Write();
        using var person = await city.SignInAsync(Cast.LinMeiling);

        (await person.GetStringAsync($"/scan?text={Uri.EscapeDataString(other)}")).ShouldContain("別的城市");
    }

    static async Task<(Guid Id, JsonElement Body)> AskAsync(HttpClient till, long amount)
    {
        var id = Guid.NewGuid();
        var (status, body) = await SendAsync(till, id, amount);
        status.ShouldBe(HttpStatusCode.OK);
        return (id, body);
    }

    static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpClient till, Guid id, long amount)
    {
        var answer = await till.SendAsync("/api/v1/till/requests", $$"""{"id":"{{id}}","amount":{{amount}}}""");
        return (answer.Status, answer.Body);
    }
}
