using CityLoop.Server.Ledger;
using Npgsql;

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
            catch (Exception e) when (e is NpgsqlException or LedgerUnavailableException)
            {
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
            await payments.FinishAsync(open, cancellation);
            finished += open.Count;
            if (open.Count < CountMax)
                return finished;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Open payments of missions wait for the ledger or the database.")]
    static partial void Waits(ILogger log, Exception reason);
}
