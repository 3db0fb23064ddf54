using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>The first turn of the day after several that nobody turned.</summary>
public sealed class LateDayTurnTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Each_of_many_ended_lots_of_one_person_goes_back_at_once()
    {
        var ledger = city.Get<CityLedger>();
        var budget = await city.Get<CityBudgets>().AccountAsync("rally-2026", None);
        var person = await ledger.OpenAccountAsync(
            Guid.NewGuid(), city.Pack.MainCurrency.Id, AccountKind.Person, None);
        var today = city.Get<CityClock>().Today;
        for (var day = 0; day < 5; day++)
            (await ledger.PostAsync(
                new Transfer(Guid.NewGuid(), budget, person, 10, TransferCode.Earn) { LastDay = today.AddDays(day) },
                None)).IsPosted.ShouldBeTrue();

        city.Clock.Advance(TimeSpan.FromDays(4));
        await city.Get<DayTurn>().TurnAsync(None);

        (await ledger.ReadAsync(books => books.Account(person).Balance, None)).ShouldBe(10);
        (await ledger.StatementAsync(person, 4, null, None)).ShouldAllBe(
            line => ((Transfer)line.Body).Code == TransferCode.Expire);
    }
}
