using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.Accounts;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Accounts;

/// <summary>The desk's pages of accounts, without scripts: who sees what, and the two signatures.</summary>
public sealed class AccountPagesTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_officer_asks_on_the_page_of_a_shop_and_a_second_one_approves_there()
    {
        var shop = (await city.ShopAsync("green-river")).Account;
        var page = $"/desk/accounts/{shop.Value}";
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);

        var asked = await (await first.SubmitAsync(
            page, "name=\"Reason\"", ("Status", "open"), ("Minimum", ""),
            ("Maximum", "9,000"), ("Reason", "trial month")))
            .PageAsync();
        asked.ShouldContain("等第二位同仁核准");
        asked.ShouldContain("收回</button>");
        asked.ShouldNotContain("核准</button>");
        (await (await second.GetAsync("/desk/accounts", Stop)).PageAsync()).ShouldContain("trial month");
        var approved = await (await second.SubmitAsync(page, "value=\"approve\"", ("Decision", "approve"))).PageAsync();

        approved.ShouldContain("已核准，帳戶已變更");
        (await city.Get<CityLedger>().ReadAsync(books => books.BoundsOf(shop), Stop)).ShouldBe((null, 9_000L));
    }

    [Fact]
    public async Task What_is_in_a_person_s_account_is_for_auditors_alone()
    {
        await city.GiveAsync(Cast.LinMeiling, 4_321);
        var wallet = (await city.AccountOfAsync(Cast.LinMeiling)).Value;
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var auditor = await city.SignInAsync(Cast.LiShufen);

        var seen = await (await officer.GetAsync($"/desk/accounts/{wallet}?language=en", Stop)).PageAsync();
        seen.ShouldContain("This is a person");
        seen.ShouldNotContain("4,321");
        seen.ShouldNotContain("id=\"had\"");
        var audited = await (await auditor.GetAsync($"/desk/accounts/{wallet}?language=en", Stop)).PageAsync();
        audited.ShouldContain("4,321");
        audited.ShouldNotContain("name=\"Reason\"");
        (await (await officer.GetAsync("/api/v1/ledger/accounts", Stop)).Content.ReadAsStringAsync(Stop))
            .ShouldNotContain("\"kind\":\"person\"");
    }

    [Fact]
    public async Task The_page_tells_what_was_in_an_account_at_a_time_of_the_city_s_clock()
    {
        var account = await city.Get<CityLedger>().OpenAccountAsync(
            Guid.NewGuid(), city.Pack.MainCurrency.Id, AccountKind.Budget, Stop);
        var issuing = await city.Get<CityBudgets>().IssuingAsync(city.Pack.MainCurrency, Stop);
        var whens = new List<string>();
        for (var i = 1; i <= 3; i++)
        {
            await city.PostAsync(new Transfer(Guid.NewGuid(), issuing, account, i * 100, TransferCode.Fund));
            whens.Add($"{city.Get<Server.City.CityClock>().Now:yyyy-MM-ddTHH:mm}");
            city.Clock.Advance(TimeSpan.FromHours(1));
        }

        using var auditor = await city.SignInAsync(Cast.LiShufen);
        // To the minute: a time names the minute's beginning, so each is asked a minute later.
        foreach (var (when, had) in whens.Zip(["100", "300", "600"]))
            (await (await auditor.GetAsync(
                $"/desk/accounts/{account.Value}?language=en&when={when[..^2]}59", Stop)).PageAsync())
                .ShouldContain($": {had}</p>");
    }

    [Theory]
    [InlineData("/desk/accounts?number=99999999", HttpStatusCode.NotFound)]
    [InlineData("/desk/accounts?number=abc", HttpStatusCode.NotFound)]
    [InlineData("/desk/accounts/99999999", HttpStatusCode.NotFound)]
    [InlineData("/desk/accounts/0", HttpStatusCode.NotFound)]
    public async Task A_number_that_is_none_is_told_so(string address, HttpStatusCode status)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        (await officer.GetAsync(address, Stop)).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task An_auditor_cannot_ask_for_a_change()
    {
        var shop = (await city.ShopAsync(Cast.SunflowerBakery)).Account;
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        var answer = await auditor.SendAsync($"/api/v1/ledger/accounts/{shop.Value}/changes",
            $$"""{"id":"{{Guid.NewGuid()}}","status":"frozen","reason":"by an auditor"}""");
        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        (await city.Get<ChangeStore>().OfAsync(shop, Stop)).ShouldBeEmpty();
    }
}
