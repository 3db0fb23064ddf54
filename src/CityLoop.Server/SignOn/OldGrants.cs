namespace CityLoop.Server.SignOn;

/// <summary>Forgets what ended or ran out a month ago, once an hour.</summary>
sealed partial class OldGrants(ServiceGrants grants, TimeProvider time, ILogger<OldGrants> log) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await grants.ForgetOldAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A service that throws would stop the whole city; the next hour tries again.
                NotForgotten(log, e);
            }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old sign-ins of services could not be forgotten.")]
    static partial void NotForgotten(ILogger log, Exception reason);
}
