using System.Globalization;
using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Ledger;

/// <summary>
/// Turns the books to the city's new day at midnight and sends the points whose last day has passed back to the
/// budgets that funded them.
/// </summary>
sealed partial class DayTurn(CityLedger ledger, CityClock clock, ILogger<DayTurn> log) : BackgroundService
{
    /// <summary>How late after midnight the day may turn; nobody shops in that second.</summary>
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    const int SweepMax = 5_000;

    /// <summary>How many accounts are looked at between two decisions of the writer: a millisecond.</summary>
    const int AccountsMax = 100_000;

    /// <summary>The day for which nothing is left to send back, as far as this process knows.</summary>
    DateOnly? _cleared;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first page is served the books know what day it is.
        await TurnAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Begins today, if it has not begun, and clears what ended before it.</summary>
    public async Task TurnAsync(CancellationToken cancellation)
    {
        if (!ledger.IsWriter)
            return;
        var today = clock.Today;
        if (_cleared == today)
            return;
        await ledger.PostAsync(BeginDay.Of(today), cancellation);
        // An account may have several ended lots, and gives one in each round.
        while (await SweepAsync(today, cancellation) > 0)
        {
        }

        _cleared = today;
    }

    async Task<int> SweepAsync(DateOnly today, CancellationToken cancellation)
    {
        var swept = 0;
        for (AccountId? from = new AccountId(1); from is { } account;)
        {
            (var ended, from) = await ledger.ReadAsync(
                books => books.EndedLots(account, AccountsMax, SweepMax), cancellation);
            if (ended.Count == 0)
                continue;
            await ledger.PostManyAsync([.. ended.Select(Expiry)], cancellation);
            swept += ended.Count;
        }

        if (swept > 0)
            LogExpired(swept, today);
        return swept;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (Exception e) when (e is LedgerUnavailableException or LedgerIsBusyException)
            {
                LogNotNow(e);
            }
        }
    }

    /// <summary>
    /// The account's last entry is in the id: the same lot, refilled by a refund, may end a second time.
    /// </summary>
    static Transfer Expiry(EndedLot ended) => new(
        DerivedId.From("expire", ended.Account.ToString(),
            ended.Lot.LastDay!.Value.ToString("O", CultureInfo.InvariantCulture),
            ended.Lot.Budget.ToString(), ended.LastSequence.ToString(CultureInfo.InvariantCulture)),
        ended.Account, ended.Lot.Budget, ended.Lot.Amount, TransferCode.Expire)
    {
        LastDay = ended.Lot.LastDay,
    };

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Count} lots ended before {Day} and went back to their budgets.")]
    partial void LogExpired(int count, DateOnly day);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The day could not turn now; it is tried again.")]
    partial void LogNotNow(Exception trouble);
}
