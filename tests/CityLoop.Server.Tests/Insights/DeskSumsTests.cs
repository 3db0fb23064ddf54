using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Insights;
using CityLoop.Server.Ledger;
using CityLoop.Server.Missions;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Missions;

namespace CityLoop.Server.Tests.Insights;

/// <summary>The desk's figures against the books: to the point, whatever happened in the city.</summary>
public sealed class DeskSumsTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (await city.BalanceOfAsync(AccountKind.Person) > 0)
            return;
        await city.LiveAsync();
        await EverythingElseHappensAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Issued_less_spent_and_expired_is_what_people_hold_to_the_point()
    {
        var now = await city.Get<WhatChanged>().Handle(await city.WindowAsync(), Stop);
        var days = await FlowByDay.ReadAsync(city.Database, await city.WindowAsync(365), Stop);

        var held = await city.BalanceOfAsync(AccountKind.Person, AccountKind.Escrow);
        now.InCirculation.ShouldBe(held);
        days.Sum(d => d.Issued - d.Returned - d.Spent + d.Refunded - d.Expired).ShouldBe(held);
        days.Sum(d => d.Expired).ShouldBeGreaterThan(0);
        days.Sum(d => d.Refunded).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task What_shops_are_owed_and_what_is_with_the_bank_are_the_books_balances()
    {
        var now = await city.Get<WhatChanged>().Handle(await city.WindowAsync(), Stop);
        var shops = await city.Get<ShopSales>().ReadAsync(await city.WindowAsync(), Stop);

        now.OwedToShops.ShouldBe(await city.BalanceOfAsync(AccountKind.Merchant));
        now.WaitingForBank.ShouldBe(await city.BalanceOfAsync(AccountKind.Payout));
        now.WaitingForBank.ShouldBeGreaterThan(0);
        shops.Sum(s => s.Owed).ShouldBe(now.OwedToShops);
    }

    [Fact]
    public async Task Each_budget_is_accounted_for_by_what_is_left_in_hands_and_spent()
    {
        var budgets = await city.Get<FlowByBudget>().ReadAsync(await city.WindowAsync(), Stop);
        var days = await FlowByDay.ReadAsync(city.Database, await city.WindowAsync(365), Stop);

        foreach (var budget in budgets)
        {
            budget.Left.ShouldBe(await BalanceAsync(budget.Account), budget.Name);
            (budget.Spent + budget.InHands + budget.Left).ShouldBe(budget.Funded + budget.FromOthers, budget.Name);
        }

        budgets.Sum(b => b.FromOthers).ShouldBe(0);
        budgets.Sum(b => b.Expired).ShouldBe(days.Sum(d => d.Expired));

        budgets.Sum(b => b.InHands).ShouldBe(await city.BalanceOfAsync(AccountKind.Person, AccountKind.Escrow));
        budgets.Sum(b => b.Spent).ShouldBe(days.Sum(d => d.SpentNet), "each spent point has its funder");
    }

    [Fact]
    public async Task Districts_and_shops_and_days_tell_the_same_spending()
    {
        var window = await city.WindowAsync();
        var days = await FlowByDay.ReadAsync(city.Database, window, Stop);
        var shops = await city.Get<ShopSales>().ReadAsync(window, Stop);
        var districts = await city.Get<FlowByDistrict>().ReadAsync(window, Stop);

        shops.Sum(s => s.Sold).ShouldBe(days.Sum(d => d.Spent));
        shops.Sum(s => s.Sales).ShouldBe(days.Sum(d => d.Payments));
        districts.Sum(d => d.Spent).ShouldBe(days.Sum(d => d.SpentNet));
        districts.Sum(d => d.Spent).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_district_has_earned_what_its_own_spots_paid_and_nothing_else()
    {
        var before = await EarnedByDistrictAsync();

        // The third stamp pays, wherever the first two were given.
        await FinishRallyAsync(
            PaymentOutcome.Paid, Cast.EmmaDubois, "lake-pavilion", "zhaixing-villa", "wanhe-temple");
        await FinishRallyAsync(
            PaymentOutcome.Paid, Cast.LinMeiling, "wanhe-temple", "old-station", "zhaixing-villa");
        var rally = await city.OpenAsync("budget:rally-2026", AccountKind.Budget);
        await city.PostAsync(new Transfer(
            DerivedId.From("t", "dry"), rally, await city.OpenAsync("issuing:TCP", AccountKind.Issuing),
            await BalanceAsync(rally), TransferCode.Unfund));
        await FinishRallyAsync(
            PaymentOutcome.BudgetIsDry, Cast.ChenATu, "old-station", "wanhe-temple", "prefecture-hall");

        var earned = (await EarnedByDistrictAsync()).Select(d => (d.Key, Points: d.Value - before[d.Key]));
        earned.Where(d => d.Points != 0).ShouldBe(
            [(DistrictOf("wanhe-temple"), 100), (DistrictOf("zhaixing-villa"), 100)], ignoreOrder: true);

        string DistrictOf(string spot) => city.Pack.Spots.Single(s => s.Id == spot).District!.Names["en"];
    }

    [Fact]
    public async Task Rebuilt_from_the_journal_the_tables_are_the_same()
    {
        var followed = await TablesAsync();

        await city.Get<FlowTables>().RebuildAsync(Stop);

        (await TablesAsync()).ShouldBe(followed);
    }

    [Fact]
    public async Task Servers_that_follow_together_count_each_entry_once()
    {
        var before = await city.Get<WhatChanged>().Handle(await city.WindowAsync(), Stop);
        var budget = await city.OpenAsync("budget:net-zero-2026", AccountKind.Budget);
        var people = await city.AccountsAsync(AccountKind.Person, 0);
        var others = Enumerable.Range(0, 3)
            .Select(_ => new FlowTables(city.Database, city.Get<CityLedger>(), city.Get<CityClock>())).ToList();

        for (var i = 0; i < 20; i++)
        {
            await city.PostAsync(new Transfer(
                DerivedId.From("together", $"{i}"), budget, people[i], 1, TransferCode.Earn));
            await Task.WhenAll(others.Select(other => other.FollowAsync(Stop)));
        }

        await city.DeskHasFollowedAsync();
        var after = await city.Get<WhatChanged>().Handle(await city.WindowAsync(), Stop);
        (after.InCirculation - before.InCirculation).ShouldBe(20);
    }

    [Fact]
    public async Task Nobodys_account_stands_in_what_the_desk_keeps_of_movements()
    {
        var people = await city.AccountsAsync(AccountKind.Person, 0);
        await using var command = city.Database.CreateCommand(
            "select count(*) from insights.flow where debit = any($1) or credit = any($1)");
        command.Parameters.Add(new() { Value = people.Select(p => p.Value).ToArray() });

        (await command.ExecuteScalarAsync(Stop)).ShouldBe(0L);
    }

    /// <summary>Somebody stamps three spots in this order; this becomes of the points for the third.</summary>
    async Task FinishRallyAsync(PaymentOutcome outcome, string castId, params string[] spots)
    {
        ActAnswer told = null!;
        foreach (var spot in spots)
            told = await city.AnswerAsync(
                SignInRoad.PersonOf(castId), spot, DerivedId.From("district", castId, spot));
        told.Payments.ShouldHaveSingleItem().Outcome.ShouldBe(outcome);
    }

    async Task<Dictionary<string, long>> EarnedByDistrictAsync() =>
        (await city.Get<FlowByDistrict>().ReadAsync(await city.WindowAsync(), Stop))
        .ToDictionary(row => row.District?.Names["en"] ?? "elsewhere", row => row.Earned);

    /// <summary>Gifts, an escrow, a settlement, a payout, a budget that gives back, and points that end.</summary>
    async Task EverythingElseHappensAsync()
    {
        var people = await city.AccountsAsync(AccountKind.Person, 20);
        var shop = (await city.AccountsAsync(AccountKind.Merchant, 100))[0];
        var escrow = await city.OpenAsync("escrow:not-yet-here", AccountKind.Escrow);
        var payout = await city.OpenAsync("payout:test", AccountKind.Payout);
        var bank = await city.OpenAsync("outside:bank", AccountKind.Outside);
        var budget = await city.OpenAsync("budget:net-zero-2026", AccountKind.Budget);
        var issuing = await city.OpenAsync("issuing:TCP", AccountKind.Issuing);
        await city.PostAsync(
            new Transfer(DerivedId.From("t", "1"), people[0], people[1], 7, TransferCode.Gift),
            new Transfer(DerivedId.From("t", "2"), people[2], escrow, 9, TransferCode.Gift),
            new Transfer(DerivedId.From("t", "3"), escrow, people[3], 4, TransferCode.GiftRelease),
            new Transfer(DerivedId.From("t", "4"), shop, payout, 100, TransferCode.Settle),
            new Transfer(DerivedId.From("t", "5"), payout, bank, 60, TransferCode.PayOut),
            new Transfer(DerivedId.From("t", "6"), budget, issuing, 1_000, TransferCode.Unfund),
            EndsToday("7", people[4]), EndsToday("8", escrow));
        city.Clock.Advance(TimeSpan.FromDays(1));
        await Eventually.BecomesTrueAsync(HasEndedAsync, DeskTown.Patience, "the city's day turns and its lots end");
        await city.DeskHasFollowedAsync();

        Transfer EndsToday(string name, AccountId whose) =>
            new(DerivedId.From("t", name), budget, whose, 11, TransferCode.Earn)
            {
                LastDay = city.Get<CityClock>().Today,
            };
    }

    async Task<bool> HasEndedAsync() =>
        (await city.Get<CityLedger>().ReadAsync(
            books => books.EndedLots(new AccountId(1), int.MaxValue, 1).Lots, Stop)).Count == 0
        && (await city.Get<CityLedger>().ReadAsync(books => books.Day, Stop)) == city.Get<CityClock>().Today;

    async Task<long> BalanceAsync(AccountId account) =>
        await city.Get<CityLedger>().ReadAsync(books => books.Account(account).Balance, Stop);

    async Task<string> TablesAsync()
    {
        await using var command = city.Database.CreateCommand(
            """
            select string_agg(line, E'\n' order by line) from (
              select 'flow ' || f::text as line from insights.flow f
              union all select 'active ' || a::text from insights.active a
              union all select 'account ' || a::text from insights.account a
              union all select 'follower ' || f::text from insights.follower f) as lines
            """);
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }
}
