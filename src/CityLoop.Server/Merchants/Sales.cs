using System.Collections.Concurrent;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants;

/// <summary>What a shop has taken in today.</summary>
/// <param name="Amount">Payments less refunds.</param>
/// <param name="Payments">How many payments, also where they were given back later.</param>
/// <param name="SettledAfter">The last day of the present half-month.</param>
readonly record struct Today(long Amount, int Payments, DateOnly SettledAfter);

/// <summary>A shop's sales, read from its account's own chain through the journal.</summary>
sealed class Sales(CityLedger ledger, CityClock clock)
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

    static (long Amount, int Payments) EffectOf(JournalEntry entry) => entry.Body switch
    {
        Transfer { Code: TransferCode.Pay } pay => (pay.Amount, 1),
        Transfer { Code: TransferCode.Refund } refund => (-refund.Amount, 0),
        _ => (0, 0),
    };

    sealed record DaySum(DateOnly Day, long Sequence, long Amount, int Payments);
}
