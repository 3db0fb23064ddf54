using System.Globalization;

namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>Many histories of crashes and failing journals; one that fails names its seed.</summary>
public sealed class CrashSimulationTests(ITestOutputHelper output)
{
    const int Histories = 480;

    /// <summary>More histories, or one of them again: CITYLOOP_SEEDS=1000, CITYLOOP_SEED=17.</summary>
    static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;

    [Fact]
    public void Nothing_that_was_answered_is_lost_and_nothing_refused_appears()
    {
        var first = Number("CITYLOOP_SEED", 0);
        var isOne = Environment.GetEnvironmentVariable("CITYLOOP_SEED") is not null;
        var count = isOne ? 1 : Number("CITYLOOP_SEEDS", Histories);
        var met = new HashSet<string>();
        var (operations, entries) = (0, 0);
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
                var history = new CrashSimulation(seed);
                met.UnionWith(history.Live(rounds: 25));
                (operations, entries) = (operations + history.Operations, entries + history.Journal.Count);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"History {seed} went wrong; CITYLOOP_SEED={seed} lives it again.", e);
            }
        }

        output.WriteLine(
            $"{count} histories of seeds {first} to {first + count - 1}: {operations} operations compared, {entries} "
            + $"entries in the journal. They met: {string.Join(", ", met.Order())}.");
        if (count < Histories)
            return;
        operations.ShouldBeGreaterThan(400_000, "with the 600,000 of PlainLedgerTests a run has its million");
        met.ShouldBe(
            [
                "busy", "crash", "cut off", "failed after writing", "failed before writing", "fenced",
                "frozen and thawed", "IOException", "machine died while writing", "seat lost", "seat taken over",
                "snapshot", "torn",
            ], ignoreOrder: true);
    }

    [Fact]
    public void The_same_seed_lives_the_same_history()
    {
        var (one, other) = (new CrashSimulation(4), new CrashSimulation(4));
        one.Live(10);
        other.Live(10);

        one.Journal.ShouldNotBeEmpty();
        other.Journal.ShouldBe(one.Journal);
    }
}
