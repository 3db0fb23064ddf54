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
    /// <summary>
    /// Of a refund: how many of its points had ended before it came; null once the books no longer know.
    /// </summary>
    public long? Ended { get; init; }

    /// <summary>Until when those can be spent all the same; null where the city lets them end.</summary>
    public DateOnly? GraceUntil { get; init; }

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
