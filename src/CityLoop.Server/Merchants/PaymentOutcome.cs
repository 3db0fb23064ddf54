using CityLoop.Ledger;

namespace CityLoop.Server.Merchants;

/// <summary>What can become of a payment, in order of precedence.</summary>
enum PaymentOutcome
{
    /// <summary>Paid, now or before with the same content.</summary>
    Paid,

    /// <summary>The account is not open, or no person's wallet of this currency.</summary>
    NoWallet,

    /// <summary>The currency's rule does not let this shop take it.</summary>
    NotAcceptedHere,

    /// <summary>The id stands for another payment.</summary>
    IdAlreadyUsed,

    /// <summary>The person's account is frozen or closed.</summary>
    WalletIsFrozen,

    /// <summary>The shop's account is frozen, closed or full.</summary>
    ShopTakesNothing,

    /// <summary>The wallet code has paid for something else.</summary>
    CodeAlreadyUsed,

    /// <summary>A limit of the city would be passed.</summary>
    LimitIsReached,

    /// <summary>The person has enough with vouchers, but this shop does not take those.</summary>
    VoucherNotTakenHere,

    /// <summary>The person has fewer points that can be spent today.</summary>
    TooFewPoints,

    /// <summary>The books refuse for a reason that a payment should never meet; it is logged.</summary>
    Refused,
}

/// <summary>What can become of a refund, in order of precedence.</summary>
enum RefundOutcome
{
    /// <summary>Given back, now or before.</summary>
    Refunded,

    /// <summary>This shop has no such payment.</summary>
    PaymentUnknown,

    /// <summary>Something else was given back of it since the asker looked.</summary>
    ChangedMeanwhile,

    AmountNotPositive,

    /// <summary>Less than that is left of the payment.</summary>
    MoreThanLeft,

    /// <summary>The shop's own period is over; two officers can still cancel the payment.</summary>
    PeriodIsOver,

    /// <summary>The shop's or the person's account is closed for good.</summary>
    AccountIsClosed,

    /// <summary>The books take payments back for so many days, and that time is over.</summary>
    TooLongAgo,

    /// <summary>The shop has less than that which is not yet settled.</summary>
    ShopHasTooFewPoints,

    /// <summary>The person was getting and spending points in the same moments; the next try will do.</summary>
    TryAgain,

    /// <summary>The books refuse for a reason that a refund should never meet; it is logged.</summary>
    Refused,
}

/// <summary>The ledger's answers in the words of the counter: every one has a decision.</summary>
static class LedgerAnswers
{
    /// <summary>What a refusal of a payment means; for what was posted before the caller looks closer.</summary>
    public static PaymentOutcome OfPayment(PostOutcome outcome) => outcome switch
    {
        PostOutcome.Posted => PaymentOutcome.Paid,
        PostOutcome.AlreadyPosted or PostOutcome.IdAlreadyPostedWithOtherContent => PaymentOutcome.IdAlreadyUsed,
        PostOutcome.DebitAccountUnknown => PaymentOutcome.NoWallet,
        PostOutcome.DebitAccountIsClosed or PostOutcome.DebitAccountIsFrozen => PaymentOutcome.WalletIsFrozen,
        PostOutcome.CreditAccountIsClosed or PostOutcome.CreditAccountIsFrozen or PostOutcome.CreditAccountIsFull
            or PostOutcome.CreditBalanceIsTooLarge => PaymentOutcome.ShopTakesNothing,
        PostOutcome.ClaimAlreadyUsed => PaymentOutcome.CodeAlreadyUsed,
        PostOutcome.LimitIsReached => PaymentOutcome.LimitIsReached,
        PostOutcome.DebitAccountHasTooFewPoints => PaymentOutcome.TooFewPoints,
        _ => PaymentOutcome.Refused,
    };

    public static RefundOutcome OfRefund(PostOutcome outcome) => outcome switch
    {
        PostOutcome.Posted or PostOutcome.AlreadyPosted or PostOutcome.AlreadyReversed
            or PostOutcome.IdAlreadyPostedWithOtherContent => RefundOutcome.Refunded,
        PostOutcome.DebitAccountIsClosed or PostOutcome.CreditAccountIsClosed => RefundOutcome.AccountIsClosed,
        PostOutcome.ReversedTransferUnknown => RefundOutcome.PaymentUnknown,
        PostOutcome.ReversedTransferIsTooOld => RefundOutcome.TooLongAgo,
        PostOutcome.DebitAccountHasTooFewPoints => RefundOutcome.ShopHasTooFewPoints,
        PostOutcome.RebateIsNotTakenBack => RefundOutcome.TryAgain,
        _ => RefundOutcome.Refused,
    };
}
