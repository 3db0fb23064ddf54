using System.Diagnostics;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>For what another process does in its own time.</summary>
static class Eventually
{
    /// <summary>Asks again and again until it is so; fails when the time is over.</summary>
    public static async Task<TimeSpan> BecomesTrueAsync(Func<Task<bool>> isSo, TimeSpan within, string what)
    {
        var since = Stopwatch.StartNew();
        while (!await isSo())
        {
            since.Elapsed.ShouldBeLessThan(within, what);
            await Task.Delay(20);
        }

        return since.Elapsed;
    }

    public static Task<TimeSpan> BecomesTrueAsync(Func<bool> isSo, TimeSpan within, string what) =>
        BecomesTrueAsync(() => Task.FromResult(isSo()), within, what);
}
