namespace CityLoop.Server.Gifts;

/// <summary>
/// Sends back gifts whose time is over, writes to those for whom one waits, and goes on with what a crash or a frozen
/// account left open.
/// </summary>
sealed partial class GiftClock(
    GiftStore store, GivePoints give, WaitingGifts waiting, AskForPoints asks, TimeProvider time,
    ILogger<GiftClock> log)
    : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Longer than the ledger takes to answer: what is younger is still in its request's hands.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);

    /// <summary>A year and a month: the same feast comes again.</summary>
    static readonly TimeSpan KeptFor = TimeSpan.FromDays(400);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await LookAsync(Patience, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A service that throws would stop the whole city; what is open stays open and is tried again.
                Waits(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One look: on any server, at any time, as often as anybody likes.</summary>
    public async Task LookAsync(TimeSpan patience, CancellationToken cancellation)
    {
        await waiting.TellAsync(cancellation);
        await asks.TellAsync(cancellation);
        await waiting.ReturnDueAsync(cancellation);
        var now = time.GetUtcNow();
        foreach (var gift in await store.OpenAsync(now - patience, cancellation))
            if (gift.PostedAt is null)
                await give.GoOnAsync(gift, cancellation);
            else
                await waiting.CloseAsync(gift.Id, cancellation);
        await store.TidyAsync(now - KeptFor, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Gifts wait for the ledger or the database.")]
    static partial void Waits(ILogger log, Exception reason);
}
