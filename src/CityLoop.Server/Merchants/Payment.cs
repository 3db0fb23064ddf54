using CityLoop.Ledger;
using CityLoop.Server.Vouchers;

namespace CityLoop.Server.Merchants;

/// <summary>A payment as the journal has it, with what followed from it.</summary>
/// <param name="Back">What the city gave back; zero when the rebate's budget had run dry.</param>
sealed record Payment(
    Guid Id, AccountId Person, AccountId Shop, long Amount, long Back, DateTimeOffset At, long Sequence, Guid? Claim)
{
    /// <summary>What was given back of it, part by part.</summary>
    public IReadOnlyList<Refund> Refunds { get; init; } = [];

    public long Refunded => Refunds.Sum(refund => refund.Amount);

    /// <summary>What can still be given back.</summary>
    public long Left => Amount - Refunded;

    /// <summary>When the latest part was given back, or null.</summary>
    public DateTimeOffset? RefundedAt => Refunds.Count == 0 ? null : Refunds[^1].At;

    /// <summary>What of the city's share went back to the budget; less where the person had spent it.</summary>
    public long BackReturned => Refunds.Sum(refund => refund.BackReturned);

    /// <summary>
    /// How many of the points given back had ended before they came; null once the books no longer know.
    /// </summary>
    public long? Ended => Refunds.Aggregate((long?)0, (sum, refund) => sum + refund.Ended);

    /// <summary>Until when those can be spent all the same; null where the city lets them end.</summary>
    public DateOnly? GraceUntil => Refunds.Max(refund => refund.GraceUntil);

    /// <summary>The vouchers in it, in the order in which they were used.</summary>
    public IReadOnlyList<UsedVoucher> Used { get; init; } = [];

    /// <summary>What of the amount was paid with vouchers; the city gives its share of the rest.</summary>
    public long Vouchers => Used.Sum(used => used.Use.Amount);

    public long Points => Amount - Vouchers;

    public string Receipt => ReceiptOf(Id);

    public static string ReceiptOf(Guid payment) => $"/receipts/{payment}";

    /// <summary>The rebate's transfer; follows from the payment, so that none is paid twice.</summary>
    public static Guid RebateId(Guid payment) => DerivedId.From("rebate", payment.ToString());

    /// <summary>
    /// A refund's transfer. It follows from the payment and from what had been given back before: two who press refund
    /// while they see the same give it back once.
    /// </summary>
    public static Guid RefundId(Guid payment, long refunded = 0) => Named("refund", payment, refunded);

    public static Guid RebateReturnId(Guid payment, long refunded = 0) => Named("rebate-return", payment, refunded);

    static Guid Named(string what, Guid payment, long refunded) => refunded == 0
        ? DerivedId.From(what, payment.ToString())
        : DerivedId.From(what, payment.ToString(), $"{refunded}");

    /// <summary>
    /// Identifiers that a client makes are random or by time (versions 4 and 7). Version 8 is what the city derives
    /// from its own acts; a client that guessed one could stand in that act's way.
    /// </summary>
    public static bool MayNameOne(Guid id) => id.Version is 4 or 7;
}

/// <summary>A part of a payment that was given back, or the whole.</summary>
/// <param name="Before">What had been given back before it.</param>
/// <param name="BackAsked">What of the city's share was to go back with it.</param>
/// <param name="BackReturned">What of that was still there.</param>
/// <param name="Ended">How many of its points had ended before it came; null once the books no longer know.</param>
/// <param name="GraceUntil">Until when those can be spent all the same.</param>
/// <param name="Reference">The shop that gave it, or the officers' cancellation.</param>
sealed record Refund(
    long Before, long Amount, long BackAsked, long BackReturned, DateTimeOffset At, long Sequence, long? Ended,
    DateOnly? GraceUntil, Guid? Reference = null);
