using System.Diagnostics;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityLoop.Bench;

/// <summary>Durable transfers a second, asked by callers who each wait for their answer, beside pgbench.</summary>
static class LedgerBench
{
    /// <summary>Callers that each have one transfer under way.</summary>
    const int Outstanding = 256;

    const int People = 20_000;

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(bool isQuick)
    {
        var seconds = isQuick ? 6 : 20;
        await using var city = new BenchCity();
        await using var host = await CityHost.StartAsync(
            city.Options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var ledger = host.Services.GetRequiredService<CityLedger>();
        var (people, shop) = await PopulateAsync(ledger);

        // Ours, the reference, ours again: a machine that is slower for a minute is slower for both.
        var random = await MeasureAsync(
            ledger, seconds, r => (people[r.Next(People)], people[r.Next(People)]), TransferCode.Gift);
        var reference = await city.PgbenchAsync(seconds);
        var hot = await MeasureAsync(ledger, seconds, r => (people[r.Next(People)], shop), TransferCode.Pay);
        return
        [
            BenchRow.Plain("pgbench", reference, "tx/s"),
            BenchRow.Times("random", random.PerSecond, "transfers/s", reference, 10),
            BenchRow.Times("hot", hot.PerSecond, "transfers/s", reference, 10),
            BenchRow.Plain("random-p99", random.P99, "ms"),
            BenchRow.Plain("hot-p99", hot.P99, "ms"),
        ];
    }

    static async Task<(AccountId[] People, AccountId Shop)> PopulateAsync(CityLedger ledger)
    {
        var currency = new CurrencyId(1);
        var opening = Enumerable.Range(0, People)
            .Select(i => (LedgerCommand)new OpenAccount(DerivedId.From("bench", $"{i}"), currency, AccountKind.Person))
            .ToList();
        await ledger.PostManyAsync(opening, CancellationToken.None);
        var people = await ledger.ReadAsync(
            books => opening.Select(o => books.FindAccount(o.Id)!.Value).ToArray(), CancellationToken.None);
        var shop = await ledger.OpenAccountAsync(
            DerivedId.From("bench shop"), currency, AccountKind.Merchant, CancellationToken.None);
        var bank = await ledger.OpenAccountAsync(
            DerivedId.From("bench bank"), currency, AccountKind.Outside, CancellationToken.None);
        await ledger.PostManyAsync(
            [.. people.Select(p =>
                new Transfer(DerivedId.From("first", p.ToString()), bank, p, 1_000_000, TransferCode.Gift))],
            CancellationToken.None);
        return (people, shop);
    }

    static async Task<(double PerSecond, double P99)> MeasureAsync(
        CityLedger ledger, int seconds, Func<Random, (AccountId From, AccountId To)> choose, TransferCode code)
    {
        var until = Stopwatch.GetTimestamp() + seconds * Stopwatch.Frequency;
        var clock = Stopwatch.StartNew();
        var callers = Enumerable.Range(0, Outstanding).Select(i => Task.Run(() => CallAsync(i))).ToList();
        var answers = (await Task.WhenAll(callers)).SelectMany(a => a).ToList();
        var elapsed = clock.Elapsed.TotalSeconds;
        answers.Sort();
        return (answers.Count / elapsed, answers[(int)(answers.Count * 0.99)]);

        async Task<List<double>> CallAsync(int caller)
        {
            var random = new Random(caller);
            var took = new List<double>();
            while (Stopwatch.GetTimestamp() < until)
            {
                var (from, to) = choose(random);
                if (from == to)
                    continue;
                var began = Stopwatch.GetTimestamp();
                var id = Guid.CreateVersion7();
                var result = await ledger.PostAsync(new Transfer(id, from, to, 1, code), CancellationToken.None);
                if (result.Outcome != PostOutcome.Posted)
                    throw new InvalidOperationException($"The bench met {result.Outcome}.");
                took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return took;
        }
    }
}
