using System.Globalization;

namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>Many histories of crashes and failing journals; one that fails names its seed.</summary>
public sealed class CrashSimulationTests(ITestOutputHelper output)
{
    /// <summary>More histories, or one of them again: CITYLOOP_SEEDS=1000, CITYLOOP_SEED=17.</summary>
    static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;

    [Fact]
    public void Nothing_that_was_answered_is_lost_and_nothing_refused_appears()
    {
        var first = Number("CITYLOOP_SEED", 0);
        var count = Environment.GetEnvironmentVariable("CITYLOOP_SEED") is null ? Number("CITYLOOP_SEEDS", 150) : 1;
        var met = new HashSet<string>();
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
                met.UnionWith(new CrashSimulation(seed).Live(rounds: 25));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"History {seed} went wrong; CITYLOOP_SEED={seed} lives it again.", e);
            }
        }

        output.WriteLine($"{count} histories from seed {first} met: {string.Join(", ", met.Order())}.");
        if (count > 100)
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
