using System.Diagnostics;
using CityLoop.Server.City;
using CityLoop.Server.Policies;

namespace CityLoop.Bench;

/// <summary>One year of the 1:100 city, and the twenty years behind an interval, from the pack to the report.</summary>
static class TwinBench
{
    const double MustSeconds = 5;

    public static Task<IReadOnlyList<BenchRow>> RunAsync(bool isQuick)
    {
        var city = CityPack.Load(CityCapability.DefaultFolder);
        // The first year pays for the compiler, as it does on the command line; the later ones do not.
        var first = Seconds(city, seeds: 1);
        var years = isQuick ? 4 : TryPolicy.DefaultSeeds;
        var later = Enumerable.Range(0, 5).Select(_ => Seconds(city, seeds: 1)).Order().ElementAt(2);
        return Task.FromResult<IReadOnlyList<BenchRow>>(
        [
            BenchRow.AtMost("twin-year", first, "s", MustSeconds),
            BenchRow.Plain("twin-year-warm", later, "s"),
            BenchRow.Plain($"twin-{years}-years", Seconds(city, years), "s"),
        ]);
    }

    static double Seconds(CityPack city, int seeds)
    {
        var watch = Stopwatch.StartNew();
        var (outcome, _) = TryPolicy.Handle(
            new TryPolicy.Request(Seeds: seeds), city, TryPolicy.DistrictsOf(city), Environment.ProcessorCount,
            CancellationToken.None);
        return outcome == TryPolicy.Outcome.Tried
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"The twin did not live: {outcome}.");
    }
}
