using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using Npgsql;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>One order that pays a whole city.</summary>
public sealed class GrantsTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task An_order_that_a_crash_interrupts_goes_on_and_pays_everybody_once()
    {
        var (budget, people) = await TownAsync("crash", 400);
        var before = await BalanceAsync(budget);
        var order = new GrantOrder(DerivedId.From("grant", "crash"), budget, 100, new DateOnly(2027, 3, 31));
        using var crash = new CancellationTokenSource();

        // One person after the other; the server goes down while the order is under way.
        var giving = Grants(1).GiveAsync(order, crash.Token);
        await Eventually.BecomesTrueAsync(
            async () => await DoneAsync(order.Id) > 0, TimeSpan.FromSeconds(30), "the order has begun");
        await crash.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(giving);
        await city.RestartAsync();

        await Eventually.BecomesTrueAsync(
            () => IsFinishedAsync(order.Id), TimeSpan.FromSeconds(30), "the order goes on by itself");
        var again = await Grants(20_000).GiveAsync(order, None);

        again.Outcome.ShouldBe(GrantOutcome.Finished);
        foreach (var person in people)
            (await BalanceAsync(person)).ShouldBe(100);
        (await BalanceAsync(budget)).ShouldBe(before - 100 * again.Given);
        again.Given.ShouldBeGreaterThanOrEqualTo(people.Count);
    }

    [Fact]
    public async Task An_order_says_what_is_wrong_with_it_and_pays_nobody()
    {
        var (budget, people) = await TownAsync("wrong", 3);
        var id = DerivedId.From("grant", "wrong");
        var grants = Grants(20_000);

        (await grants.GiveAsync(new GrantOrder(id, budget, 0, null), None)).Outcome
            .ShouldBe(GrantOutcome.AmountNotPositive);
        (await grants.GiveAsync(new GrantOrder(id, people[0], 1, null), None)).Outcome
            .ShouldBe(GrantOutcome.BudgetUnknown);
        (await grants.GiveAsync(new GrantOrder(id, budget, 1_000_000_000, null), None)).Outcome
            .ShouldBe(GrantOutcome.BudgetTooSmall);
        (await BalanceAsync(people[0])).ShouldBe(0);

        (await grants.GiveAsync(new GrantOrder(id, budget, 5, null), None)).Outcome.ShouldBe(GrantOutcome.Finished);
        (await grants.GiveAsync(new GrantOrder(id, budget, 6, null), None)).Outcome
            .ShouldBe(GrantOutcome.OrderUsedForAnother);
        (await BalanceAsync(people[0])).ShouldBe(5);
    }

    [Fact]
    public async Task A_frozen_account_goes_without_and_is_counted()
    {
        var (budget, people) = await TownAsync("frozen", 3);
        await city.Get<CityLedger>().PostAsync(
            new ChangeAccount(DerivedId.From("freeze"), people[1], AccountStatus.Frozen), None);

        var result = await Grants(20_000).GiveAsync(
            new GrantOrder(DerivedId.From("grant", "frozen"), budget, 5, null), None);

        result.Refused.ShouldBe(1);
        (await BalanceAsync(people[0])).ShouldBe(5);
        (await BalanceAsync(people[1])).ShouldBe(0);
    }

    [Fact]
    public async Task A_budget_that_is_frozen_in_the_middle_stops_the_order_and_nobody_is_passed_over()
    {
        var (budget, people) = await TownAsync("stopped", 3);
        var order = new GrantOrder(DerivedId.From("grant", "stopped"), budget, 5, null);
        await ChangeAsync(AccountStatus.Frozen);

        var stopped = await Grants(1).GiveAsync(order, None);
        await ChangeAsync(AccountStatus.Open);
        var finished = await Grants(1).GiveAsync(order, None);

        stopped.ShouldBe(new GrantResult(GrantOutcome.BudgetIsFrozen));
        finished.ShouldBe(new GrantResult(GrantOutcome.Finished, people.Count));
        foreach (var person in people)
            (await BalanceAsync(person)).ShouldBe(5);

        async Task ChangeAsync(AccountStatus status) => (await city.Get<CityLedger>().PostAsync(
            new ChangeAccount(DerivedId.From("stopped", $"{status}"), budget, status), None)).IsPosted.ShouldBeTrue();
    }

    Grants Grants(int piece) =>
        new(city.Get<CityLedger>(), city.Database, city.Clock) { PieceAccounts = piece };

    /// <summary>A currency of its own, so that nobody else's people are paid.</summary>
    async Task<(AccountId Budget, IReadOnlyList<AccountId> People)> TownAsync(string name, int count)
    {
        var ledger = city.Get<CityLedger>();
        var number = await ledger.ReadAsync(books => books.Currencies.Max(c => c.Id.Value) + 1, None);
        var currency = new CurrencyId((short)number);
        await ledger.PostAsync(
            new DefineCurrency(DerivedId.From("c", name), currency, name.ToUpperInvariant(), 0), None);
        var budget = await OpenAsync("budget", AccountKind.Budget);
        var issuing = await OpenAsync("issuing", AccountKind.Issuing);
        await ledger.PostAsync(
            new Transfer(DerivedId.From("fund", name), issuing, budget, 100_000, TransferCode.Fund), None);
        var people = new List<AccountId>();
        for (var i = 0; i < count; i++)
            people.Add(await OpenAsync($"person {i}", AccountKind.Person));
        return (budget, people);

        Task<AccountId> OpenAsync(string what, AccountKind kind) =>
            ledger.OpenAccountAsync(DerivedId.From(name, what), currency, kind, None);
    }

    async Task<long> BalanceAsync(AccountId account) =>
        await city.Get<CityLedger>().ReadAsync(books => books.Account(account).Balance, None);

    async Task<int> DoneAsync(Guid order) => await AskAsync<int>("done", order);

    async Task<bool> IsFinishedAsync(Guid order) => await AskAsync<bool>("finished is not null", order);

    async Task<T> AskAsync<T>(string what, Guid order)
    {
        await using var command = city.Database.CreateCommand(
            $"select {what} from ledger.grant_order where id = $1");
        command.Parameters.AddWithValue(order);
        return await command.ExecuteScalarAsync(None) is T answer ? answer : default!;
    }
}
