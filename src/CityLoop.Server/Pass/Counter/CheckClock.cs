namespace CityLoop.Server.Pass.Counter;

/// <summary>Looks every hour which checks count from now on, and which do no more.</summary>
sealed partial class CheckClock(CheckWaits waits, ChildhoodChecks childhood, ILogger<CheckClock> log)
    : BackgroundService
{
    static readonly TimeSpan LooksEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var clock = new PeriodicTimer(LooksEvery);
        do
            try
            {
                await waits.ComeIntoForceAsync(stoppingToken);
                await childhood.TellAsync(stoppingToken);
                await childhood.EndAsync(stoppingToken);
            }
            catch (Exception failed) when (!stoppingToken.IsCancellationRequested)
            {
                NotDone(log, failed);
            }
        while (await clock.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Checks that wait could not be looked at; it is tried again.")]
    static partial void NotDone(ILogger log, Exception failed);
}
