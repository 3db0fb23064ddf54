using System.Collections.Concurrent;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants;

/// <summary>A payment in a shop's list.</summary>
/// <param name="Refunded">How much was given back.</param>
sealed record Sale(Guid Id, long Sequence, DateTimeOffset At, long Amount, long Refunded)
{
    public bool IsRefunded => Refunded == Amount;
}

/// <summary>What a shop has taken in today.</summary>
/// <param name="Amount">Payments less refunds.</param>
/// <param name="Payments">Payments that were not given back today.</param>
/// <param name="SettledAfter">The last day of the present half-month.</param>
readonly record struct Today(long Amount, int Payments, DateOnly SettledAfter);

/// <summary>A shop's sales, read from its account's own chain through the journal.</summary>
sealed class Sales(CityLedger ledger, Refunds refunds, CityClock clock)
{
    const int PieceSize = 200;

    readonly ConcurrentDictionary<Guid, DaySum> _days = new();

    /// <summary>Today's sum. What was added up before is kept: a busy till is not read from dawn.</summary>
    public async Task<Today> TodayAsync(Merchant shop, CancellationToken cancellation)
    {
        var day = clock.Today;
        var known = _days.TryGetValue(shop.Id, out var sum) && sum.Day == day ? sum : new DaySum(day, 0, 0, 0);
        var start = clock.StartOf(day);
        var (amount, payments, newest) = (known.Amount, known.Payments, known.Sequence);
        long? before = null;
        while (true)
        {
            var piece = await ledger.StatementAsync(shop.Account, PieceSize, before, cancellation);
            var fresh = piece.Where(e => e.Sequence > known.Sequence && e.At >= start).ToList();
            newest = Math.Max(newest, fresh.Count == 0 ? 0 : fresh[0].Sequence);
            // What was written today but happened before (an import, a correction) is not today's.
            foreach (var entry in fresh.Where(e => e.EffectiveAt >= start))
            {
                var (points, count) = EffectOf(entry);
                amount += points;
                payments += count;
            }

            if (fresh.Count < PieceSize)
                break;
            before = fresh[^1].Sequence;
        }

        _days[shop.Id] = new DaySum(day, newest, amount, payments);
        return new Today(amount, payments, SettlementWindow.Containing(day).To);
    }

    /// <summary>Payments, newest first, before a journal number; the second value begins the next page.</summary>
    public async Task<(IReadOnlyList<Sale> Sales, long? Before)> ListAsync(
        Merchant shop, DateOnly since, int count, long? before, CancellationToken cancellation)
    {
        var start = clock.StartOf(since);
        var sales = new List<JournalEntry>();
        while (true)
        {
            var piece = await ledger.StatementAsync(shop.Account, PieceSize, before, cancellation);
            foreach (var entry in piece)
            {
                if (entry.At < start)
                    return (await MarkAsync(sales, cancellation), null);
                before = entry.Sequence;
                if (entry.Body is Transfer { Code: TransferCode.Pay } && entry.EffectiveAt >= start)
                    sales.Add(entry);
                if (sales.Count == count)
                    return (await MarkAsync(sales, cancellation), before);
            }

            if (piece.Count < PieceSize)
                return (await MarkAsync(sales, cancellation), null);
        }
    }

    async Task<IReadOnlyList<Sale>> MarkAsync(List<JournalEntry> entries, CancellationToken cancellation)
    {
        var given = await refunds.SumsAsync([.. entries.Select(e => (Transfer)e.Body)], cancellation);
        return
        [
            .. entries.Select(e => new Sale(
                e.Body.Id, e.Sequence, e.EffectiveAt, ((Transfer)e.Body).Amount, given.GetValueOrDefault(e.Body.Id))),
        ];
    }

    static (long Amount, int Payments) EffectOf(JournalEntry entry) => entry.Body switch
    {
        Transfer { Code: TransferCode.Pay } pay => (pay.Amount, 1),
        Transfer { Code: TransferCode.Refund } refund => (-refund.Amount, -1),
        _ => (0, 0),
    };

    sealed record DaySum(DateOnly Day, long Sequence, long Amount, int Payments);
}
