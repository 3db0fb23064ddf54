using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Ledger;

/// <summary>Gives points back whose hold was neither settled nor released in time.</summary>
sealed partial class HoldTimeouts(CityLedger ledger, CityClock clock, ILogger<HoldTimeouts> log) : BackgroundService
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    const int ReleasesMax = 1_000;

    /// <summary>Releases what is over now; answers how many holds that were.</summary>
    public async Task<int> ReleaseAsync(CancellationToken cancellation)
    {
        if (!ledger.IsWriter)
            return 0;
        var over = await ledger.ReadAsync(books => books.TimedOutHolds(clock.Now, ReleasesMax), cancellation);
        if (over.Count > 0)
            await ledger.PostManyAsync([.. over.Select(ReleaseHold.OfTimedOut)], cancellation);
        return over.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReleaseAsync(stoppingToken);
            }
            catch (Exception e) when (e is LedgerUnavailableException or LedgerIsBusyException)
            {
                LogNotNow(e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Holds could not be released now; it is tried again.")]
    partial void LogNotNow(Exception trouble);
}
