using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Vouchers;

namespace CityLoop.Server.Merchants;

/// <summary>
/// Gives payments back, in whole or in parts, and the city's share to its budget. It writes no table: a refund's id
/// follows from its payment and from what was given back before it, so the journal is read from one to the next.
/// </summary>
sealed class Refunds(CityLedger ledger, VoucherUses vouchers, CityPack city, CityClock clock)
{
    /// <summary>How often a refund asks anew when the person's points change under it.</summary>
    const int TriesMax = 3;

    /// <summary>What was given back of a payment, in order.</summary>
    public async Task<IReadOnlyList<Refund>> OfAsync(Payment payment, CancellationToken cancellation)
    {
        var (parts, given) = (new List<Refund>(), 0L);
        while (given < payment.Amount
            && await ledger.FindAsync(Payment.RefundId(payment.Id, given), cancellation)
                is { Body: Transfer refund } entry)
        {
            var share = (await ledger.FindAsync(Payment.RebateReturnId(payment.Id, given), cancellation))?.Body
                as Transfer;
            parts.Add(new Refund(
                given, refund.Amount, share?.AtMost ?? 0, share?.Amount ?? 0, entry.EffectiveAt, entry.Sequence,
                await EndedAsync(payment, given, refund.Amount, clock.DayOf(entry.At), cancellation), refund.LastDay,
                refund.Reference));
            given += refund.Amount;
        }

        return parts;
    }

    /// <summary>How much was given back of each payment of which anything was.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> SumsAsync(
        IReadOnlyCollection<Transfer> payments, CancellationToken cancellation)
    {
        var known = await ledger.ReadAsync(
            books => payments.Where(pay => books.Find(Payment.RefundId(pay.Id)) is not null)
                .Select(pay => (Pay: pay, Reversed: books.ReversedOf(pay.Id))).ToList(), cancellation);
        var sums = new Dictionary<Guid, long>(known.Count);
        foreach (var (pay, reversed) in known)
            sums[pay.Id] = reversed ?? await ReadSumAsync(pay, cancellation);
        return sums;
    }

    /// <summary>What the books have forgotten stands in the journal.</summary>
    async Task<long> ReadSumAsync(Transfer pay, CancellationToken cancellation)
    {
        var given = 0L;
        while (given < pay.Amount
            && await ledger.FindAsync(Payment.RefundId(pay.Id, given), cancellation) is { Body: Transfer refund })
            given += refund.Amount;
        return given;
    }

    /// <summary>Posts the next part of a payment that is given back.</summary>
    public async Task<PostResult> PostAsync(
        Payment payment, long amount, Guid reference, CancellationToken cancellation)
    {
        var rebate = payment.Back == 0
            ? null
            : (await ledger.FindAsync(Payment.RebateId(payment.Id), cancellation))?.Body as Transfer;
        var commands = CommandsOf(payment, amount, reference, rebate, city.Rebate.Percent, Grace());
        // The vouchers stand or fall with the refund, the share does not: it comes last.
        LedgerCommand[] firm =
        [
            commands[0],
            .. await vouchers.GiveBackAsync(payment.Id, payment.Used, payment.Refunded, amount, cancellation),
        ];
        LedgerCommand[] linked = [.. firm, .. commands[1..]];
        for (var tried = 1; ; tried++)
        {
            var result = await ledger.PostLinkedAsync(linked, cancellation);
            // The refunded points may have ended since, and the rebate may be spent to the last point: the city then
            // goes without its share, rather than the person without the refund.
            if (!result.IsPosted && result.Index == firm.Length)
                result = await ledger.PostLinkedAsync(firm, cancellation);
            // Between the two the person got points that the city takes its share from.
            if (result.Outcome != PostOutcome.RebateIsNotTakenBack || tried == TriesMax)
                return result;
        }
    }

    /// <summary>The refund of a part, and what of the city's share goes back with it.</summary>
    /// <param name="reference">The shop, or the officers' cancellation.</param>
    /// <param name="rebate">The share as it was given; null where nothing was.</param>
    /// <param name="percent">The city's present percentage.</param>
    /// <param name="grace">The last day that points get whose own has passed.</param>
    public static LedgerCommand[] CommandsOf(
        Payment payment, long amount, Guid reference, Transfer? rebate, int percent, DateOnly? grace)
    {
        var before = payment.Refunded;
        var refund = new Transfer(
            Payment.RefundId(payment.Id, before), payment.Shop, payment.Person, amount, TransferCode.Refund)
        {
            Reverses = payment.Id, Reference = reference, LastDay = grace,
        };
        var due = payment.Back - Kept(payment, payment.Left - amount, percent)
            - payment.Refunds.Sum(part => part.BackAsked);
        if (rebate is null || due <= 0)
            return [refund];
        // It goes to the budget that paid it, which in a new fiscal year is not the present one.
        var share = Transfer.UpTo(
            Payment.RebateReturnId(payment.Id, before), payment.Person, rebate.Debit, due, TransferCode.RebateReturn);
        return [refund, share with { Reverses = rebate.Id }];
    }

    /// <summary>
    /// What the person keeps of the city's share: what the rest alone would have brought. Where the city's percentage
    /// has changed since, it stays within one smallest unit of the rest's part of what was given.
    /// </summary>
    static long Kept(Payment payment, long rest, int percent)
    {
        var part = (Int128)payment.Back * rest;
        var least = part / payment.Amount;
        var most = (part + payment.Amount - 1) / payment.Amount;
        return (long)Int128.Clamp((Int128)rest * percent / 100, least, most);
    }

    /// <summary>How many points of a part had ended on a day; it brings back the lots that were spent last.</summary>
    async Task<long?> EndedAsync(
        Payment payment, long before, long amount, DateOnly day, CancellationToken cancellation)
    {
        if (await ledger.ReadAsync(books => books.LotsOfPayment(payment.Id), cancellation) is not { } lots)
            return null;
        var to = payment.Amount - before;
        var (from, at, ended) = (to - amount, 0L, 0L);
        foreach (var lot in lots)
        {
            // A voucher's worth is the voucher's again, with its own last day.
            if (lot.LastDay < day && payment.Used.All(used => used.Worth.Debit != lot.Budget))
                ended += Math.Max(0, Math.Min(at + lot.Amount, to) - Math.Max(at, from));
            at += lot.Amount;
        }

        return ended;
    }

    /// <summary>
    /// The last day that refunded points get when theirs has passed; null where the city lets them end.
    /// </summary>
    DateOnly? Grace() => city.MainCurrency.RefundGraceDays is > 0 and var days ? clock.Today.AddDays(days) : null;
}
