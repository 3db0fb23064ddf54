using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Merchants.Settlement;

public sealed class SettleShopsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_half_month_is_paid_out_once_with_the_same_bytes_however_often_it_is_settled()
    {
        var open = await city.TakingsOfAsync("sunflower");
        var paid = await PaidOutAsync();
        var owed = await TakingsAsync() + 170;
        await city.PayAsync("sunflower", 100);
        var refunded = await city.PayAsync("sunflower", 40);
        await city.PayAsync("green-river", 70);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await till.RefundAsync(refunded)).ShouldBeDone();
        var end = city.PassHalfMonth();
        await city.PayAsync("sunflower", 5);

        var (closed, file) = await SettleAsync(end);

        closed.ShouldBeGreaterThan(0);
        file.ShouldStartWith("settlement,shop,name,bank_code,bank_account,account_holder,currency,amount,");
        file.ShouldContain($",sunflower,向日葵烘焙,9990001,0010001,SUNFLOWER BAKERY,TCP,{open + 100},");
        file.ShouldContain(",green-river,綠川書房,9990001,0010002,GREEN RIVER BOOKS,TCP,70,");
        file.ShouldNotContain("\r");
        (await SettleAsync(end)).ShouldBe((0, file));
        await city.RestartAsync();
        (await SettleAsync(end)).ShouldBe((0, file));
        (await TakingsAsync()).ShouldBe(5);
        (await PaidOutAsync()).ShouldBe(paid + owed);
    }

    [Fact]
    public async Task Two_officers_who_settle_at_once_make_one_settlement()
    {
        await city.PayAsync("sunflower", 33);
        var owed = await TakingsAsync();
        var paid = await PaidOutAsync();
        var end = city.PassHalfMonth();

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SettleAsync(end)));

        results.Count(r => r.ClosedNow > 0).ShouldBe(1);
        results.Select(r => r.File).Distinct().ShouldHaveSingleItem();
        (await TakingsAsync(), await PaidOutAsync()).ShouldBe((0, paid + owed));
    }

    [Fact]
    public async Task A_run_that_is_cut_off_anywhere_is_finished_by_the_next()
    {
        await city.PayAsync("sunflower", 21);
        await city.PayAsync("green-river", 12);
        var owed = await TakingsAsync();
        var paid = await PaidOutAsync();
        var end = city.PassHalfMonth();

        var commands = 0;
        while (true)
        {
            using var cut = new CutAfterCommands(++commands);
            try
            {
                await city.Get<SettleShops>().RunAsync(end, cut.Token);
                break;
            }
            catch (OperationCanceledException)
            {
            }
        }

        commands.ShouldBeGreaterThan(10);
        (await TakingsAsync(), await PaidOutAsync()).ShouldBe((0, paid + owed));
        (await SettleAsync(end)).ClosedNow.ShouldBe(0);
    }

    [Theory]
    [InlineData("update merchants.settlement_line set is_posted = false")]
    [InlineData("update merchants.settlement set closed_at = closed_at")]
    public async Task A_crash_between_the_ledger_and_the_table_changes_nothing(string crash)
    {
        await city.PayAsync("sunflower", 17);
        var end = city.PassHalfMonth();
        var (_, file) = await SettleAsync(end);
        var books = (await TakingsAsync(), await PaidOutAsync());
        await using (var connection = await city.Database.OpenConnectionAsync())
            await connection.ExecuteAsync(
                $"{crash} where true; update merchants.settlement set closed_at = null where last_day = @end",
                new { end });

        (await SettleAsync(end)).ShouldBe((1, file));
        (await TakingsAsync(), await PaidOutAsync()).ShouldBe(books);
    }

    [Fact]
    public async Task A_refund_the_day_after_is_taken_from_the_next_half_month()
    {
        var payment = await city.PayAsync("sunflower", 60);
        await SettleAsync(city.EndOfHalfMonth());
        var end = city.PassHalfMonth();
        await SettleAsync(end);
        await city.PayAsync("sunflower", 100);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await till.RefundAsync(payment)).ShouldBeDone();
        end = city.PassHalfMonth();

        var (_, file) = await SettleAsync(end);

        file.ShouldContain(",sunflower,向日葵烘焙,9990001,0010001,SUNFLOWER BAKERY,TCP,40,");
        (await TakingsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_shop_that_cannot_be_settled_is_left_to_the_next_half_month_and_holds_up_nobody()
    {
        await SettleAsync(city.Get<SettleShops>().Yesterday);
        await city.PayAsync("sunflower", 80);
        await city.PayAsync("green-river", 50);
        var (sunflower, greenRiver) = (await city.ShopAsync("sunflower"), await city.ShopAsync("green-river"));
        var owed = (await city.BalanceAsync(sunflower.Account), await city.BalanceAsync(greenRiver.Account));
        var budget = await city.Get<CityBudgets>().AccountAsync(city.Pack.Rebate.Budget.Name, default);
        // Whatever took it, a point is missing at every try, as when refunds keep coming.
        await city.PostAsync(new Transfer(Guid.NewGuid(), sunflower.Account, budget, 1, TransferCode.Gift));
        var end = city.PassHalfMonth();

        var result = await city.Get<SettleShops>().RunAsync(end, default);

        result.Left.ShouldBe(["sunflower"]);
        var lines = await city.Get<SettlementStore>().LinesAsync(result.Payout[^1].Id, default);
        lines.Select(l => (l.Code, l.Amount, l.CarriedOut)).ShouldBe(
            [("green-river", owed.Item2, 0), ("sunflower", 0, owed.Item1)], ignoreOrder: true);
        result.Payout[^1].ClosedAt.ShouldNotBeNull();
        using var officer = await city.SignInAsync(Cast.WangYating);
        (await officer.GetStringAsync("/desk/settlements")).ShouldContain("這些店家這一期沒有結算：向日葵烘焙");
        await city.PostAsync(new Transfer(Guid.NewGuid(), budget, sunflower.Account, 1, TransferCode.Gift));
        await city.PayAsync("sunflower", 7);
        end = city.PassHalfMonth();

        (await SettleAsync(end)).File.ShouldContain(
            $",sunflower,向日葵烘焙,9990001,0010001,SUNFLOWER BAKERY,TCP,{owed.Item1 + 7},");
        (await TakingsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_day_to_come_is_refused_and_today_closes_only_what_is_over()
    {
        await city.PayAsync("sunflower", 9);
        var settle = city.Get<SettleShops>();
        var today = settle.Yesterday.AddDays(1);

        (await settle.RunAsync(today.AddDays(1), default)).IsInFuture.ShouldBeTrue();
        (await settle.RunAsync(today, default)).Payout.ShouldAllBe(window => window.LastDay < today);
        (await TakingsAsync()).ShouldBeGreaterThanOrEqualTo(9);
    }

    [Fact]
    public async Task The_officer_settles_at_the_desk_the_auditor_reads_and_nobody_else_comes_in()
    {
        await city.PayAsync("sunflower", 250);
        city.PassHalfMonth();
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        using var shop = await city.SignInAsync(Cast.HuangZhiming);

        using var settled = await officer.SubmitAsync("/desk/settlements", "id=\"settle\"");
        var page = await settled.Content.ReadAsStringAsync();
        page.ShouldContain("已結算");
        var link = Regex.Match(page, "/desk/settlements/[0-9a-f-]{36}").Value;

        (await auditor.GetStringAsync("/desk/settlements")).ShouldNotContain("id=\"settle\"");
        var lines = await auditor.GetStringAsync(link);
        lines.ShouldContain("向日葵烘焙");
        var (_, file) = await SettleAsync(city.Get<SettleShops>().Yesterday);
        (await auditor.GetStringAsync($"{link}/payout.csv")).ShouldBe(file);
        (await shop.GetAsync("/desk/settlements")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await shop.GetAsync($"{link}/payout.csv")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await officer.GetAsync($"/desk/settlements/{Guid.NewGuid()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(Screen.Phone)]
    [InlineData(Screen.Desk)]
    public async Task The_desk_shows_settlements_to_everybody_who_may_see_them(Screen screen)
    {
        await city.PayAsync("sunflower", 1_250);
        await city.PayAsync("green-river", 310);
        city.PassHalfMonth();
        await SettleAsync(city.Get<SettleShops>().Yesterday);
        var desk = await Browser.OpenAsync(city, screen);
        await desk.SignInAsync(city, Cast.LiShufen, "/desk/settlements");

        await desk.PictureAsync($"settlements-{(int)screen}");
        await desk.ShouldBeAccessibleAsync();
        await desk.ClickAsync("tbody a");
        await desk.WaitForSelectorAsync("tfoot");
        await desk.PictureAsync($"settlement-{(int)screen}");
        await desk.ShouldBeAccessibleAsync();
        (await desk.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo((int)screen);
    }

    /// <summary>Settles, and answers how many windows were closed now and the newest window's file.</summary>
    async Task<(int ClosedNow, string File)> SettleAsync(DateOnly until)
    {
        var result = await city.Get<SettleShops>().RunAsync(until, default);
        return await city.Get<PayoutFiles>().OfAsync(result.Payout, default) is { } payout
            ? (result.ClosedNow, Encoding.UTF8.GetString(PayoutCsv.Write(payout)))
            : (result.ClosedNow, "");
    }

    async Task<long> TakingsAsync() =>
        await city.TakingsOfAsync("sunflower") + await city.TakingsOfAsync("green-river");

    async Task<long> PaidOutAsync() =>
        await city.BalanceAsync((await city.ShopAsync("sunflower")).Payout)
        + await city.BalanceAsync((await city.ShopAsync("green-river")).Payout);
}
