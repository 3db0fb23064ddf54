namespace CityLoop.Ledger;

/// <summary>Whose transfers a limit adds up.</summary>
public enum LimitPer : byte
{
    /// <summary>What one account gives.</summary>
    Giver = 1,

    /// <summary>What one account receives.</summary>
    Receiver = 2,

    /// <summary>What one account gives another.</summary>
    GiverAndReceiver = 3,

    /// <summary>What one account receives under one reference: a mission version, a shop.</summary>
    ReceiverAndReference = 4,
}

/// <summary>After what time a limit counts from zero again, by the days of the journal.</summary>
public enum LimitPeriod : byte
{
    /// <summary>At each new day.</summary>
    Day = 1,

    /// <summary>With the first day of a new month.</summary>
    Month = 2,

    /// <summary>Never.</summary>
    Always = 3,
}

/// <summary>At most so much in a period: a rule of the books, decided in order like every other.</summary>
/// <param name="Number">From 1; the same number replaces the limit before.</param>
/// <param name="Code">
/// The transfers that count; none that undo or end something older. A refund gives back what its payment used in the
/// same period.
/// </param>
/// <param name="Max">In the smallest unit, from 0; null ends the limit.</param>
public sealed record Limit(
    short Number, CurrencyId Currency, TransferCode Code, LimitPer Per, LimitPeriod Period, long? Max)
{
    /// <summary>When set, only transfers with this reference count.</summary>
    public Guid? Reference { get; init; }

    /// <summary>
    /// When set, only accounts of this level and below are limited (<see cref="SetLevel"/>): the giver's, or with
    /// <see cref="LimitPer.Receiver"/> and <see cref="LimitPer.ReceiverAndReference"/> the receiver's; 0 to
    /// <see cref="SetLevel.LevelMax"/>.
    /// </summary>
    public int? UpToLevel { get; init; }

    internal bool CountsLike(Limit other) => this with { Max = null } == other with { Max = null };
}
