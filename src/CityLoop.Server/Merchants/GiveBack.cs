using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Merchants;

/// <summary>Decides on refunds: by the shop within its period, by two officers as long as the books know how.</summary>
sealed partial class GiveBack(Payments payments, Refunds refunds, CityPack city, CityClock clock, ILogger<GiveBack> log)
{
    /// <summary>Tries until what is known of the payment is what the ledger knows.</summary>
    const int TriesMax = 3;

    /// <summary>The last day on which the shop gives a payment back.</summary>
    public DateOnly LastDayOf(Payment payment) => LastDayOf(payment.At);

    public DateOnly LastDayOf(DateTimeOffset paidAt) => clock.DayOf(paidAt).AddDays(city.ShopTerms.RefundDays);

    /// <summary>Gives a part of a shop's payment back, or all that is left of it.</summary>
    /// <param name="amount">Null for all that is left.</param>
    /// <param name="refunded">What the asker knows to have been given back before.</param>
    public async Task<(RefundOutcome Outcome, Payment? Payment)> ByShopAsync(
        Guid id, Merchant shop, long? amount, long refunded, CancellationToken cancellation) =>
        await RunAsync(
            id, shop, amount, refunded, shop.Id, payment => clock.Today <= LastDayOf(payment), cancellation);

    /// <summary>Gives all that is left of a payment back; the shop's period does not matter.</summary>
    /// <param name="reference">By which the refund says that officers gave it.</param>
    public Task<(RefundOutcome Outcome, Payment? Payment)> ByOfficersAsync(
        Guid id, Merchant shop, Guid reference, CancellationToken cancellation) =>
        RunAsync(id, shop, null, 0, reference, _ => true, cancellation);

    async Task<(RefundOutcome Outcome, Payment? Payment)> RunAsync(
        Guid id, Merchant shop, long? amount, long refunded, Guid reference, Func<Payment, bool> isInTime,
        CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            if (await payments.FindAsync(id, cancellation) is not { } payment || payment.Shop != shop.Account)
                return (RefundOutcome.PaymentUnknown, null);
            if (Decided(payment, amount, refunded) is { } decided)
                return (decided, payment);
            if (!isInTime(payment))
                return (RefundOutcome.PeriodIsOver, payment);
            var result = await refunds.PostAsync(payment, amount ?? payment.Left, reference, cancellation);
            // Somebody else was first: what they did decides.
            if (result.Outcome is PostOutcome.AlreadyReversed or PostOutcome.IdAlreadyPostedWithOtherContent
                && tried < TriesMax)
                continue;
            var outcome = LedgerAnswers.OfRefund(result.Outcome);
            if (outcome == RefundOutcome.Refused)
                LogRefused(id, result.Outcome);
            return (outcome, outcome == RefundOutcome.Refunded ? await payments.FindAsync(id, cancellation) : payment);
        }
    }

    /// <summary>What is plain from what was given back before; null when there is something to post.</summary>
    static RefundOutcome? Decided(Payment payment, long? amount, long refunded)
    {
        if (amount is not { } part)
            return payment.Left == 0 ? RefundOutcome.Refunded : null;
        if (part <= 0)
            return RefundOutcome.AmountNotPositive;
        if (payment.Refunds.FirstOrDefault(refund => refund.Before == refunded) is { } stands)
            return stands.Amount == part ? RefundOutcome.Refunded : RefundOutcome.ChangedMeanwhile;
        if (refunded != payment.Refunded)
            return RefundOutcome.ChangedMeanwhile;
        return part > payment.Left ? RefundOutcome.MoreThanLeft : null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger refused the refund of {Id}: {Outcome}.")]
    partial void LogRefused(Guid id, PostOutcome outcome);
}
