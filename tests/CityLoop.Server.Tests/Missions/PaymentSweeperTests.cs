using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Missions;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CityLoop.Server.Tests.Missions;

public sealed class PaymentSweeperTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly PersonId Meiling = PersonId.OfCast(Cast.LinMeiling);
    static readonly PersonId Emma = PersonId.OfCast(Cast.EmmaDubois);

    PaymentSweeper Sweeper => city.Services.GetServices<IHostedService>().OfType<PaymentSweeper>().Single();

    [Fact]
    public async Task A_crash_between_the_stamp_and_the_ledger_is_finished_by_the_sweeper_and_pays_once()
    {
        await ThreeStampsAsync(Meiling);
        var before = await BalanceAsync(Meiling);
        // The server died after the intent was committed: the row is open, and the ledger has never heard of it.
        var unheard = await IntendAsync(Emma, "unheard");
        // Or it died after the ledger had answered, before the answer was kept.
        await ReopenAsync(Meiling);

        await city.RestartAsync();
        city.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Sweeper.SweepAsync(CancellationToken.None)).ShouldBeLessThanOrEqualTo(2);

        (await BalanceAsync(Meiling)).ShouldBe(before);
        (await BalanceAsync(Emma)).ShouldBe(100);
        (await OutcomesAsync()).ShouldAllBe(outcome => outcome == PaymentOutcome.Paid);
        (await city.Get<CityLedger>().FindAsync(unheard, CancellationToken.None)).ShouldNotBeNull();

        (await Sweeper.SweepAsync(CancellationToken.None)).ShouldBe(0);
    }

    async Task ThreeStampsAsync(PersonId person)
    {
        foreach (var activity in city.Rally().Activities.Take(3))
            await city.AnswerAsync(person, activity.Id, DerivedId.From("sweeper", $"{person}", activity.Id));
    }

    async Task ReopenAsync(PersonId person)
    {
        await using var database = await city.Database.OpenConnectionAsync();
        (await database.ExecuteAsync(
            "update missions.payment set outcome = 0, decided_at = null where person = @person",
            new { person = person.Value })).ShouldBe(1);
    }

    async Task<Guid> IntendAsync(PersonId person, string name)
    {
        var id = DerivedId.From("intent", name);
        await using var database = await city.Database.OpenConnectionAsync();
        await database.ExecuteAsync("""
            insert into missions.payment
              (id, claim, person, act, version, reward, amount, currency, budget, last_day, intended_at)
            values (@id, @claim, @person, @id, @version, 'three-stamps', 100, 1, 'rally-2026', '2027-05-21', @now)
            """, new
        {
            id, claim = DerivedId.From("claim", name), person = person.Value, version = city.Rally().VersionId,
            now = city.Clock.GetUtcNow(),
        });
        return id;
    }

    async Task<IReadOnlyList<PaymentOutcome>> OutcomesAsync()
    {
        await using var database = await city.Database.OpenConnectionAsync();
        var outcomes = await database.QueryAsync<short>("select outcome from missions.payment");
        return [.. outcomes.Select(outcome => (PaymentOutcome)outcome)];
    }

    async Task<long> BalanceAsync(PersonId person)
    {
        var account = await city.Get<PersonAccounts>().OfAsync(
            person, city.Pack.MainCurrency.Id, CancellationToken.None);
        return await city.Get<CityLedger>().ReadAsync(books => books.Account(account).Balance, CancellationToken.None);
    }
}
