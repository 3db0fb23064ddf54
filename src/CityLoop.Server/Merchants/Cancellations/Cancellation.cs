namespace CityLoop.Server.Merchants.Cancellations;

/// <summary>Officers give a payment back in the shop's place.</summary>
sealed record Cancellation(
    Guid Id, Guid Payment, Guid Merchant, string Reason, string Note, Guid AskedBy, DateTimeOffset AskedAt,
    Guid? DecidedBy, DateTimeOffset? DecidedAt, bool? IsApproved)
{
    public const int NoteMax = 300;

    /// <summary>Why the shop does not do it; officers choose from these.</summary>
    public static readonly IReadOnlyList<string> Reasons = [PeriodOver, "shop_unreachable", "shop_closed", "order"];

    public const string PeriodOver = "period_over";
}

/// <summary>What can become of asking and deciding, in order of precedence.</summary>
enum CancellationOutcome
{
    /// <summary>The books have no payment of this number.</summary>
    PaymentUnknown,

    ReasonNotValid,

    NoteNotValid,

    /// <summary>The officer works at the shop, or it is their own payment.</summary>
    NotYours,

    /// <summary>The shop can still give it back itself.</summary>
    PeriodNotOver,

    /// <summary>All of it was given back before.</summary>
    NothingLeft,

    AnotherWaits,

    /// <summary>It is decided, or there was none.</summary>
    DecidedBefore,

    NeedsAnotherOfficer,

    /// <summary>The shop has less than that which is not yet settled: it waits on.</summary>
    ShopHasTooFewPoints,

    /// <summary>The books take payments back for so many days, and that time is over.</summary>
    TooLongAgo,

    /// <summary>The books refuse for another reason: an account is closed, or points moved at that moment.</summary>
    BooksRefuse,

    Waits,
    Cancelled,
    Refused,
}
