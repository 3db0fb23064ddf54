namespace CityLoop.Server.TopUps;

/// <summary>Finishes top-ups and corrections when a crash or a silent ledger came in between.</summary>
sealed partial class TopUpClock(
    CounterTopUps topUps, BankTopUps bank, HandMatches matches, TimeProvider time, ILogger<TopUpClock> log)
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
                await topUps.FinishAsync(Patience, stoppingToken);
                await bank.FinishAsync(Patience, stoppingToken);
                await matches.FinishAsync(Patience, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A service that throws would stop the whole city; what is open stays open and is tried again.
                Waits(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Top-ups wait for the ledger or the database.")]
    static partial void Waits(ILogger log, Exception reason);
}
