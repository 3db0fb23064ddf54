using CityLoop.Ledger;

namespace CityLoop.Server.Merchants;

/// <summary>A payment as the journal has it, with what followed from it.</summary>
/// <param name="Back">What the city gave back; zero when the rebate's budget had run dry.</param>
/// <param name="RefundedAt">When the shop gave it back, or null.</param>
/// <param name="BackReturned">What of that went back to the budget with the refund; zero when it was spent.</param>
sealed record Payment(
    Guid Id, AccountId Person, AccountId Shop, long Amount, long Back, DateTimeOffset At, long Sequence, Guid? Claim,
    DateTimeOffset? RefundedAt, long BackReturned = 0)
{
    public string Receipt => ReceiptOf(Id);

    public static string ReceiptOf(Guid payment) => $"/receipts/{payment}";

    /// <summary>The rebate's transfer; follows from the payment, so that none is paid twice.</summary>
    public static Guid RebateId(Guid payment) => DerivedId.From("rebate", payment.ToString());

    /// <summary>The refund's transfer; follows from the payment, so that it is given back once.</summary>
    public static Guid RefundId(Guid payment) => DerivedId.From("refund", payment.ToString());

    public static Guid RebateReturnId(Guid payment) => DerivedId.From("rebate-return", payment.ToString());

    /// <summary>
    /// Identifiers that a client makes are random or by time (versions 4 and 7). Version 8 is what the city derives
    /// from its own acts; a client that guessed one could stand in that act's way.
    /// </summary>
    public static bool MayNameOne(Guid id) => id.Version is 4 or 7;
}

/// <summary>What can become of a payment, in order of precedence.</summary>
enum PaymentOutcome
{
    /// <summary>Paid, now or before with the same content.</summary>
    Paid,

    /// <summary>The account is not open, or no person's wallet of this currency.</summary>
    NoWallet,

    /// <summary>The id stands for another payment.</summary>
    IdAlreadyUsed,

    /// <summary>The wallet code has paid for something else.</summary>
    CodeAlreadyUsed,

    /// <summary>The person has fewer points that can be spent today.</summary>
    TooFewPoints,
}

/// <summary>What can become of a refund, in order of precedence.</summary>
enum RefundOutcome
{
    /// <summary>Given back, now or before.</summary>
    Refunded,

    /// <summary>This shop has no such payment.</summary>
    PaymentUnknown,

    /// <summary>The shop has less than that which is not yet settled.</summary>
    ShopHasTooFewPoints,
}
