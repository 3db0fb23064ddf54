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
        var people = await BenchCity.OpenPeopleAsync(ledger, People, 1_000_000);
        var shop = await ledger.OpenAccountAsync(
            DerivedId.From("bench shop"), BenchCity.Currency, AccountKind.Merchant, CancellationToken.None);

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
