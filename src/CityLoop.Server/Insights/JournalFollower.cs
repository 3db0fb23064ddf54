using CityLoop.Server.Ledger;

namespace CityLoop.Server.Insights;

/// <summary>Keeps the desk's tables up with the journal, for as long as the server runs.</summary>
sealed partial class JournalFollower(FlowTables tables, CityLedger ledger, ILogger<JournalFollower> log)
    : BackgroundService
{
    /// <summary>The machine's time, not the city's: a test that holds the city's clock must not hold this.</summary>
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    readonly ILogger _log = log;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var (sequence, entries) = await tables.FollowAsync(stoppingToken);
                if (entries == 0)
                    await ledger.WhenPassedAsync(sequence, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The database may be restarting. The tables stand where they stood; nothing is lost by waiting.
                LogFailure(failure, PauseAfterFailure.TotalSeconds);
                await Task.Delay(PauseAfterFailure, TimeProvider.System, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The desk's figures could not follow the journal. They stay as they are; the next try is in {Seconds} s.")]
    partial void LogFailure(Exception failure, double seconds);
}
