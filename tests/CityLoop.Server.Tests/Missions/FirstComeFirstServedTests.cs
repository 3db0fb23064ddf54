using System.Diagnostics;
using CityLoop.Ledger;
using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Missions;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Missions;

/// <summary>Tests that measure time run by themselves, after the others.</summary>
[CollectionDefinition(nameof(Measured), DisableParallelization = true)]
public sealed class Measured;

[Collection(nameof(Measured))]
public sealed class FirstComeFirstServedTests(TestCity city, ITestOutputHelper output) : IClassFixture<TestCity>
{
    const int People = 20_000;
    const int Places = 6_000;

    /// <summary>Slow, because each of them really does it: with a commit, and with an answer of the ledger.</summary>
    [Fact]
    public async Task Twenty_thousand_finish_the_third_stamp_at_once_and_exactly_six_thousand_are_paid_once()
    {
        var people = Enumerable.Range(0, People)
            .Select(i => new PersonId(DerivedId.From("rally-test", $"{i}"))).ToArray();
        var currency = city.Pack.MainCurrency.Id;
        await PrepareAsync(people, currency);
        var spots = city.Rally().Activities.Select(a => a.Id).ToArray();

        // Everybody answers at once; every tenth taps twice, every hundredth also answers at another spot meanwhile.
        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(people.SelectMany((person, i) =>
        {
            var id = DerivedId.From("rally-act", $"{i}");
            List<Task<ActAnswer>> told = [Task.Run(() => city.AnswerAsync(person, spots[2], id))];
            if (i % 10 == 0)
                told.Add(Task.Run(() => city.AnswerAsync(person, spots[2], id)));
            if (i % 100 == 0)
                told.Add(Task.Run(() => city.AnswerAsync(person, spots[3], DerivedId.From("rally-act-4", $"{i}"))));
            return told;
        }));
        watch.Stop();
        output.WriteLine($"{answers.Length} answers in {watch.Elapsed.TotalSeconds:0.0} s");

        answers.ShouldAllBe(answer => answer.Refusal == null && answer.Verdict == Verdict.Stamped);
        await TheLedgerPaidExactlyAsync(people, currency);
        await EveryoneIsToldAsync(people);
    }

    async Task TheLedgerPaidExactlyAsync(PersonId[] people, CurrencyId currency)
    {
        var budget = await city.Get<CityBudgets>().AccountAsync("rally-2026", CancellationToken.None);
        var ledger = city.Get<CityLedger>();
        (await ledger.ReadAsync(books => books.Account(budget).Balance, CancellationToken.None)).ShouldBe(0);

        await using var database = await city.Database.OpenConnectionAsync();
        var accounts = (await database.QueryAsync<int>(
            "select account from pass.account where currency = @currency and person = any(@ids)",
            new { currency, ids = people.Select(p => p.Value).ToArray() })).Select(id => new AccountId(id)).ToList();
        accounts.Count.ShouldBe(People);
        var balances = await ledger.ReadAsync(
            books => accounts.Select(account => books.Account(account).Balance).ToList(), CancellationToken.None);
        balances.Count(balance => balance == 100).ShouldBe(Places);
        balances.Count(balance => balance == 0).ShouldBe(People - Places);

        var lastDay = city.Pack.MainCurrency.LastDay.For(city.Get<CityClock>().Today);
        var paid = accounts[balances.FindIndex(balance => balance == 100)];
        (await ledger.ReadAsync(books => books.Lots(paid), CancellationToken.None))
            .ShouldBe([new Lot(lastDay, budget, 100)]);
    }

    async Task EveryoneIsToldAsync(PersonId[] people)
    {
        await using var database = await city.Database.OpenConnectionAsync();
        var outcomes = (await database.QueryAsync<(short Outcome, long People, long Rows)>(
            "select outcome, count(distinct person), count(*) from missions.payment group by outcome"))
            .ToDictionary(row => (PaymentOutcome)row.Outcome);
        outcomes[PaymentOutcome.Paid].People.ShouldBe(Places);
        outcomes[PaymentOutcome.BudgetIsDry].People.ShouldBe(People - Places);
        outcomes.Values.Sum(row => row.Rows).ShouldBe(People);

        // Who comes too late for the points has the draw entry all the same, and once.
        (await database.QuerySingleAsync<(long, long)>(
            "select count(*), count(distinct person) from missions.ticket where draw = 'rally-draw'"))
            .ShouldBe((People, People));
        (await database.QuerySingleAsync<long>(
            "select count(*) from missions.progress where jsonb_array_length(state->'stamps') = 3"))
            .ShouldBe(People - People / 100);

        var late = people[(await database.QueryAsync<Guid>("select person from missions.payment where outcome = 2"))
            .Select(person => Array.IndexOf(people, new PersonId(person))).First()];
        var told = await city.AnswerAsync(
            late, city.Rally().Activities[2].Id, DerivedId.From("rally-act", $"{Array.IndexOf(people, late)}"));
        told.Payments.ShouldHaveSingleItem().Outcome.ShouldBe(PaymentOutcome.BudgetIsDry);
        told.Tickets.ShouldHaveSingleItem().Draw.ShouldBe("rally-draw");
    }

    /// <summary>Everybody has an account and two stamps, written as the use case would have written them.</summary>
    async Task PrepareAsync(PersonId[] people, CurrencyId currency)
    {
        var ids = people.Select(person => person.Value).ToArray();
        var keys = people.Select(person => DerivedId.From("rally-key", $"{person}")).ToArray();
        var opened = await city.Get<CityLedger>().PostManyAsync(
            [.. keys.Select(key => new OpenAccount(key, currency, AccountKind.Person))], CancellationToken.None);
        var accounts = await city.Get<CityLedger>().ReadAsync(
            books => opened.Select(result => books.AccountOpenedAt(result.Sequence)!.Value.Value).ToArray(),
            CancellationToken.None);

        var rally = city.Rally();
        var state = PersonState.Empty with
        {
            Stamps = [.. rally.Activities.Take(2).Select(a => new Stamp(a.Id, city.Get<CityClock>().Today))],
        };
        await using var database = await city.Database.OpenConnectionAsync();
        await database.ExecuteAsync("""
            insert into pass.person (id, name, language, roles, created_at)
            select id, '', 'zh-TW', '{resident}', now() from unnest(@ids) as p(id);
            insert into pass.account (person, currency, key, account)
            select person, @currency, key, account from unnest(@ids, @keys, @accounts) as a(person, key, account);
            insert into missions.progress (person, mission, revision, state)
            select id, @mission, 1, @state::jsonb from unnest(@ids) as p(id);
            """, new { ids, keys, accounts, currency, mission = rally.Id, state = state.ToJson() });
    }
}
