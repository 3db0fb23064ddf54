using System.Diagnostics;

namespace CityLoop.Bench.Pass;

/// <summary>
/// The pass under load: services that fetch tokens, as fast as they can, and people who sign in with passkeys, so many
/// a second. The callers run on the same machine, in the same process, over real loopback connections.
/// </summary>
static class PassBench
{
    const int SignInsPerSecond = 200;

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(bool isQuick)
    {
        var seconds = isQuick ? 4 : 15;
        await using var city = new BenchCity();
        await using var app = await ServedCity.StartAsync(city);
        var reference = await city.PgbenchAsync(seconds);
        var town = await PassTown.BuildAsync(app);

        var codes = await TokenCallers.OfCodesAsync(app, town, seconds);
        var refreshed = await TokenCallers.OfRefreshTokensAsync(app, town, seconds);
        var signIns = await SignInCallers.RunAsync(app, town, SignInsPerSecond, seconds);
        return
        [
            BenchRow.Plain("pgbench", reference, "tx/s"),
            BenchRow.AtLeast("token", codes.PerSecond, "codes/s", 1_500, reference),
            BenchRow.Plain("token-p99", codes.P99, "ms"),
            BenchRow.Plain("token-cpu", codes.CpuMicroseconds, "µs"),
            BenchRow.AtLeast("token-refresh", refreshed.PerSecond, "refreshes/s", 1_500, reference),
            BenchRow.Plain("token-refresh-p99", refreshed.P99, "ms"),
            BenchRow.Plain("token-refresh-cpu", refreshed.CpuMicroseconds, "µs"),
            // A hundredth is for the answers that are still under way when the last person has come.
            BenchRow.AtLeast("sign-in-rate", signIns.PerSecond, "sign-ins/s", SignInsPerSecond * 0.99, reference),
            BenchRow.Plain("sign-in-p50", signIns.P50, "ms"),
            BenchRow.Plain("sign-in-cpu", signIns.CpuMicroseconds, "µs"),
            BenchRow.AtMost("sign-in", signIns.P99, "ms", 30),
        ];
    }
}

/// <summary>How many calls were answered a second, and how long they took.</summary>
/// <param name="CpuMicroseconds">Of this process for each call, the caller's own work included.</param>
sealed record Pace(double PerSecond, double P50, double P99, double CpuMicroseconds)
{
    /// <summary>Lets callers work and adds up what they tell.</summary>
    public static async Task<Pace> OfAsync(Func<Task<IEnumerable<double>>> callers)
    {
        var (clock, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var took = (await callers()).Order().ToList();
        var cpu = Environment.CpuUsage.TotalTime - before;
        return new Pace(
            took.Count / clock.Elapsed.TotalSeconds, took[took.Count / 2], took[(int)(took.Count * 0.99)],
            cpu.TotalMicroseconds / took.Count);
    }
}
