using CityLoop.Ledger;

namespace CityLoop.Server.Vouchers;

/// <summary>What a person has of one part of a series.</summary>
/// <param name="Account">The person's, in the part's currency.</param>
sealed record HeldVoucher(VoucherSeries Series, VoucherPart Part, AccountId Account, long Amount);

/// <summary>What of a payment is paid with a voucher.</summary>
sealed record VoucherUse(HeldVoucher Held, long Amount);

/// <summary>How an amount is paid at a shop.</summary>
/// <param name="Uses">With vouchers, in the order in which they are used.</param>
/// <param name="Points">The rest, with points.</param>
/// <param name="Spendable">All that the person could pay at this shop.</param>
/// <param name="NotHere">What they have that this shop does not take.</param>
sealed record VoucherPlan(
    IReadOnlyList<VoucherUse> Uses, long Points, long Spendable, IReadOnlyList<HeldVoucher> NotHere)
{
    public long Vouchers => Uses.Sum(use => use.Amount);

    /// <summary>
    /// Pays with what ends first; of what ends on the same day first with what fewer shops take, and with points last.
    /// Pure.
    /// </summary>
    /// <param name="lots">The person's points that can be spent today.</param>
    public static VoucherPlan Of(
        long amount, PayPlace place, IReadOnlyList<HeldVoucher> held, IReadOnlyList<Lot> lots)
    {
        var here = held.Where(one => one.Part.Rule.Accepts(place)).ToList();
        var purses = here
            .Select(one => (
                Day: one.Series.LastDay, Rank: one.Part.Rule.IsEverywhere ? 1 : 0, one.Amount,
                Held: (HeldVoucher?)one))
            .Concat(lots.Select(lot =>
                (Day: lot.LastDay ?? DateOnly.MaxValue, Rank: 2, lot.Amount, Held: (HeldVoucher?)null)))
            .OrderBy(purse => purse.Day).ThenBy(purse => purse.Rank);
        var uses = new List<VoucherUse>();
        var left = amount;
        foreach (var purse in purses)
        {
            var part = Math.Min(left, purse.Amount);
            left -= part;
            if (part > 0 && purse.Held is { } voucher)
                uses.Add(new VoucherUse(voucher, part));
        }

        return new VoucherPlan(
            uses, amount - uses.Sum(use => use.Amount), lots.Sum(lot => lot.Amount) + here.Sum(one => one.Amount),
            [.. held.Except(here)]);
    }
}
