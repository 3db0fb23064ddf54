namespace CityLoop.Server.Missions;

/// <summary>Finishes payments that a crash or a silent ledger left open: asks again with the same id.</summary>
sealed partial class PaymentSweeper(MissionPayments payments, TimeProvider time, ILogger<PaymentSweeper> log)
    : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the ledger takes to answer: what is younger is still in its request's hands.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);

    const int CountMax = 1_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A service that throws would stop the whole city; what is open stays open and is tried again.
                Waits(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Finishes what is open; answers how many there were.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var finished = 0;
        while (true)
        {
            var open = await payments.OpenAsync(time.GetUtcNow() - Patience, CountMax, cancellation);
            var done = await FinishAsync(open, cancellation);
            finished += done;
            if (done < CountMax)
                return finished;
        }
    }

    /// <summary>All at once; when one of them cannot be carried, one by one, so that it holds up no other.</summary>
    async Task<int> FinishAsync(IReadOnlyList<Payment> open, CancellationToken cancellation)
    {
        try
        {
            await payments.FinishAsync(open, cancellation);
            return open.Count;
        }
        catch (InvalidOperationException) when (open.Count > 1)
        {
            var done = 0;
            foreach (var payment in open)
                done += await FinishAsync([payment], cancellation);
            return done;
        }
        catch (InvalidOperationException e)
        {
            CannotBeCarried(log, open[0].Id, open[0].Budget, e);
            return 0;
        }
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Payment {Id} of a mission cannot be carried: does city.json still have the budget '{Budget}'?")]
    static partial void CannotBeCarried(ILogger log, Guid id, string budget, Exception reason);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Open payments of missions wait for the ledger or the database.")]
    static partial void Waits(ILogger log, Exception reason);
}
