namespace CityLoop.Server.Accounts;

/// <summary>Finishes changes of accounts that were approved when a crash or a silent ledger came in between.</summary>
sealed partial class ChangeSweeper(AccountChanges changes, TimeProvider time, ILogger<ChangeSweeper> log)
    : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Longer than the ledger takes to answer: what is younger is still in its request's hands.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await changes.FinishAsync(Patience, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A service that throws would stop the whole city; what is open stays open and is tried again.
                Waits(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Approved changes of accounts wait for the ledger or the database.")]
    static partial void Waits(ILogger log, Exception reason);
}
