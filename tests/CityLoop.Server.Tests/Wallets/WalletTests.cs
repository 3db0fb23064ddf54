using System.Net;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Wallets;

public sealed class WalletTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_wallet_tells_what_ends_when_and_its_history_tells_where_it_went()
    {
        city.NextCode();
        city.NextCode();
        await city.GiveAsync(Cast.LinMeiling, 120, new DateOnly(2027, 3, 31));
        await city.GiveAsync(Cast.LinMeiling, 1_000, new DateOnly(2027, 5, 1));
        await city.SetRebateBudgetAsync(1_000_000);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var person = await city.SignInAsync(Cast.LinMeiling);
        var charge = (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 100)).ShouldBeDone();

        var wallet = (await person.AskAsync("/api/v1/wallet")).ShouldBeDone().Body;
        wallet.GetProperty("spendable").GetInt64().ShouldBe(await city.BalanceOfAsync(Cast.LinMeiling));
        wallet.GetProperty("endings")[0].ToString().ShouldBe("""{"lastDay":"2027-03-31","amount":20}""");
        (await person.GetStringAsync("/")).ShouldContain("其中 20 點 2027 年 3 月 31 日到期");

        var lines = (await person.AskAsync("/api/v1/wallet/history")).ShouldBeDone().Body.GetProperty("lines");
        Told(lines[0]).ShouldBe(("rebate", 3, null));
        Told(lines[1]).ShouldBe(("pay", -100, $"/receipts/{charge.Id}"));
        lines[1].GetProperty("where").GetProperty("en").GetString().ShouldBe("Sunflower Bakery");

        (await till.RefundAsync(charge.Id)).ShouldBeDone();
        lines = (await person.AskAsync("/api/v1/wallet/history")).ShouldBeDone().Body.GetProperty("lines");
        Told(lines[0]).ShouldBe(("rebate_return", -3, null));
        Told(lines[1]).ShouldBe(("refund", 100, $"/receipts/{charge.Id}"));
        lines[3].GetProperty("isRefunded").GetBoolean().ShouldBeTrue();
        var page = await person.GetStringAsync("/history");
        page.ShouldContain("已退款");
        page.ShouldContain($"/receipts/{charge.Id}");
    }

    [Fact]
    public async Task Every_last_day_of_the_coming_weeks_stands_on_the_page_with_its_points_and_so_do_held_points()
    {
        var today = city.Get<CityClock>().Today;
        await city.GiveAsync(Cast.ZhangJianguo, 120, today.AddDays(3));
        await city.GiveAsync(Cast.ZhangJianguo, 45, today.AddDays(9));
        await city.GiveAsync(Cast.ZhangJianguo, 7, today.AddDays(200));
        await city.GiveAsync(Cast.ZhangJianguo, 30);
        var (account, shop) = (await city.AccountOfAsync(Cast.ZhangJianguo), await city.ShopAsync("green-river"));
        await city.Get<CityLedger>().PostAsync(
            new PlaceHold(
                Guid.NewGuid(), account, shop.Account, 20, TransferCode.Pay, city.Clock.GetUtcNow().AddDays(9)),
            default);
        using var person = await city.SignInAsync(Cast.ZhangJianguo);

        var page = await person.GetStringAsync("/?language=en");
        var wallet = (await person.AskAsync("/api/v1/wallet")).ShouldBeDone().Body;

        page.ShouldContain("100 of them end on");
        page.ShouldContain("45 of them end on");
        page.IndexOf("7 of them end on", StringComparison.Ordinal)
            .ShouldBeGreaterThan(page.IndexOf("Later last days", StringComparison.Ordinal));
        page.ShouldContain("20 more are set aside");
        wallet.GetProperty("held").GetInt64().ShouldBe(20);
        wallet.GetProperty("spendable").GetInt64().ShouldBe(182);
        wallet.GetProperty("endings").EnumerateArray().Select(e => e.GetProperty("amount").GetInt64())
            .ShouldBe([100, 45, 7]);
    }

    [Fact]
    public async Task Nobody_reads_another_persons_movements_by_naming_their_numbers()
    {
        await city.GiveAsync(Cast.LinMeiling, 77_077);
        var last = await city.Get<CityLedger>().ReadAsync(books => books.Sequence, CancellationToken.None);
        using var stranger = await city.SignInAsync(Cast.EmmaDubois);

        for (var number = 1L; number <= last + 1; number++)
            (await stranger.AskAsync($"/api/v1/wallet/history?before={number}")).ShouldBeDone()
                .Body.GetRawText().ShouldNotContain("77077", Case.Sensitive, $"before entry {number}");
    }

    [Fact]
    public async Task A_long_history_is_turned_page_by_page_without_a_gap()
    {
        for (var gift = 1; gift <= 70; gift++)
            await city.GiveAsync(Cast.EmmaDubois, gift);
        using var person = await city.SignInAsync(Cast.EmmaDubois);
        var seen = new List<long>();
        for (long? before = long.MaxValue; before is not null;)
        {
            var page = (await person.AskAsync(
                "/api/v1/wallet/history" + (before == long.MaxValue ? "" : $"?before={before}"))).ShouldBeDone().Body;
            seen.AddRange(page.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("amount").GetInt64()));
            var next = page.GetProperty("before");
            before = next.ValueKind == JsonValueKind.Null ? null : next.GetInt64();
        }

        seen.Take(70).ShouldBe(Enumerable.Range(1, 70).Reverse().Select(amount => (long)amount));
    }

    [Fact]
    public async Task A_receipt_is_there_for_its_two_parties_only()
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        city.NextCode();
        city.NextCode();
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var charge = (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 40)).ShouldBeDone();
        using var payer = await city.SignInAsync(Cast.LinMeiling);
        using var other = await city.SignInAsync(Cast.EmmaDubois);
        using var officer = await city.SignInAsync(Cast.WangYating);
        var address = $"/api/v1/receipts/{charge.Id}";

        (await payer.AskAsync(address)).ShouldBeDone().Amount.ShouldBe(40);
        (await till.AskAsync(address)).ShouldBeDone().Back.ShouldBe(1);
        (await other.AskAsync(address)).ShouldBeRefused(HttpStatusCode.NotFound, "receipt_unknown", "id");
        (await officer.AskAsync(address)).ShouldBeRefused(HttpStatusCode.NotFound, "receipt_unknown", "id");
        (await other.GetAsync($"/receipts/{charge.Id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await payer.AskAsync($"/api/v1/receipts/{Guid.NewGuid()}"))
            .ShouldBeRefused(HttpStatusCode.NotFound, "receipt_unknown", "id");
    }

    [Fact]
    public async Task A_code_that_has_paid_is_followed_by_the_next_and_after_two_payments_by_a_wait()
    {
        city.NextCode();
        city.NextCode();
        await city.GiveAsync(Cast.LinMeiling, 500);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var person = await city.SignInAsync(Cast.LinMeiling);
        var first = await ShownAsync(person);
        (await ShownAsync(person)).ShouldBe(first);
        (await till.ChargeAsync(first!, 10)).ShouldBeDone();

        var second = await ShownAsync(person);
        second.ShouldNotBe(first);
        (await till.ChargeAsync(second!, 10)).ShouldBeDone();

        (await ShownAsync(person)).ShouldBeNull();
        (await person.GetStringAsync("/pay-code")).ShouldContain("新的馬上就來");
        city.NextCode();
        (await ShownAsync(person)).ShouldNotBeNull().ShouldNotBe(second);
    }

    [Fact]
    public async Task After_a_restart_a_used_code_stays_used_and_a_shown_one_stays_good()
    {
        city.NextCode();
        city.NextCode();
        await city.GiveAsync(Cast.LinMeiling, 500);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var used = await city.CodeOfAsync(Cast.LinMeiling);
        (await till.ChargeAsync(used, 10)).ShouldBeDone();
        city.NextCode();
        var shown = await city.CodeOfAsync(Cast.LinMeiling);

        await city.RestartAsync();

        using var later = await city.SignInAsync(Cast.HuangZhiming);
        (await later.ChargeAsync(used, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "code_already_used", "code");
        (await later.ChargeAsync(shown, 10)).ShouldBeDone();
    }

    static async Task<string?> ShownAsync(HttpClient person) =>
        (await person.AskAsync("/api/v1/wallet/code")).ShouldBeDone().Body.GetProperty("groups").GetString();

    static (string? Kind, long Amount, string? Receipt) Told(JsonElement line) => (
        line.GetProperty("kind").GetString(), line.GetProperty("amount").GetInt64(),
        line.GetProperty("receipt").GetString());
}
