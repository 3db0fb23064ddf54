using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>Midnight in the city.</summary>
public sealed class DayTurnTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task At_midnight_what_has_ended_goes_back_to_its_budget_once_whatever_restarts_happen()
    {
        var ledger = city.Get<CityLedger>();
        var budget = await city.Get<CityBudgets>().AccountAsync("rally-2026", None);
        var person = await ledger.OpenAccountAsync(
            DerivedId.From("day turn"), city.Pack.MainCurrency.Id, AccountKind.Person, None);
        var funded = (await ledger.ReadAsync(books => books.Account(budget), None)).Balance;
        await EarnAsync(30, new DateOnly(2026, 11, 21));
        await EarnAsync(12, new DateOnly(2026, 11, 22));
        await EarnAsync(5, null);

        // 23:59 in Taichung: nothing has ended yet.
        city.Clock.Set(new DateTimeOffset(2026, 11, 21, 23, 59, 59, TimeSpan.FromHours(8)));
        await city.Get<DayTurn>().TurnAsync(None);
        (await PersonNow()).ShouldBe((47, 47));

        city.Clock.Advance(TimeSpan.FromSeconds(1));
        await city.RestartAsync();
        ledger = city.Get<CityLedger>();
        (await PersonNow()).ShouldBe((17, 17));
        await city.RestartAsync();
        ledger = city.Get<CityLedger>();
        await city.Get<DayTurn>().TurnAsync(None);

        (await PersonNow()).ShouldBe((17, 17));
        (await ledger.ReadAsync(books => books.Account(budget), None)).Balance.ShouldBe(funded - 17);
        var last = (await ledger.StatementAsync(person, 1, null, None))[0];
        ((Transfer)last.Body).Code.ShouldBe(TransferCode.Expire);
        ((Transfer)last.Body).Amount.ShouldBe(30);

        async Task EarnAsync(long amount, DateOnly? lastDay) =>
            (await ledger.PostAsync(
                new Transfer(Guid.NewGuid(), budget, person, amount, TransferCode.Earn) { LastDay = lastDay }, None))
            .IsPosted.ShouldBeTrue();

        async Task<(long, long)> PersonNow() => await ledger.ReadAsync(
            books => (books.Account(person).Balance, books.Account(person).Spendable), None);
    }
}
