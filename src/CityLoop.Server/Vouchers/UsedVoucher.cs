using CityLoop.Ledger;

namespace CityLoop.Server.Vouchers;

/// <summary>A voucher in a payment: what left the person's, and the worth that came to them for it.</summary>
sealed record UsedVoucher(Transfer Use, Transfer Worth)
{
    /// <summary>
    /// What comes back of each voucher, by its number, when the next part of a payment is given back. The books bring
    /// back the lots that were spent last; whatever of that is a cover's is the vouchers' again. Pure.
    /// </summary>
    /// <param name="lots">What the payment was paid from, in spending order.</param>
    /// <param name="before">What had been given back before.</param>
    public static IReadOnlyList<(int Number, long Amount)> GivenBack(
        IReadOnlyList<UsedVoucher> used, IReadOnlyList<Lot> lots, long before, long amount)
    {
        var to = lots.Sum(lot => lot.Amount) - before;
        var back = new List<(int, long)>();
        foreach (var cover in used.Select((one, number) => (one, number)).GroupBy(pair => pair.one.Worth.Debit))
        {
            var at = 0L;
            var (now, earlier) = (0L, 0L);
            foreach (var lot in lots)
            {
                if (lot.Budget == cover.Key)
                {
                    now += Overlap(at, lot.Amount, to - amount, to);
                    earlier += Overlap(at, lot.Amount, to, to + before);
                }

                at += lot.Amount;
            }

            var end = cover.Sum(pair => pair.one.Use.Amount) - earlier;
            at = 0;
            foreach (var (one, number) in cover)
            {
                if (Overlap(at, one.Use.Amount, end - now, end) is > 0 and var part)
                    back.Add((number, part));
                at += one.Use.Amount;
            }
        }

        return back;
    }

    static long Overlap(long at, long amount, long from, long to) =>
        Math.Max(0, Math.Min(at + amount, to) - Math.Max(at, from));
}
