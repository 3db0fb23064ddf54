using System.Text.Json.Serialization;

namespace CityLoop.Ledger;

/// <summary>
/// Something the ledger is asked to append. The id is the caller's: asked again, the ledger answers as before.
/// </summary>
[JsonDerivedType(typeof(DefineCurrency), "currency")]
[JsonDerivedType(typeof(OpenAccount), "account")]
[JsonDerivedType(typeof(BeginDay), "day")]
[JsonDerivedType(typeof(Transfer), "transfer")]
[JsonDerivedType(typeof(PlaceHold), "hold")]
[JsonDerivedType(typeof(ReleaseHold), "release")]
[JsonDerivedType(typeof(ChangeAccount), "change")]
[JsonDerivedType(typeof(SetLimit), "limit")]
[JsonDerivedType(typeof(SetLevel), "level")]
public abstract record LedgerCommand(Guid Id);

/// <summary>Brings a currency into the books; its rules never change afterwards.</summary>
/// <param name="Currency">Its number, from 1.</param>
/// <param name="Code">Its code in exports: 2 to 12 letters A to Z.</param>
/// <param name="Scale">Decimal places of the smallest unit, 0 to 9: 5 means that 1 point is 100,000 units.</param>
public sealed record DefineCurrency(Guid Id, CurrencyId Currency, string Code, int Scale) : LedgerCommand(Id)
{
    /// <summary>False when people may not give it to each other.</summary>
    public bool MayBeGiven { get; init; } = true;

    /// <summary>
    /// True when every unit in the world stands for one in the currency's funding accounts: what is outstanding can
    /// never pass what is there.
    /// </summary>
    public bool IsBacked { get; init; }

    /// <summary>
    /// The share that people's lots lose at each turn of the month, in millionths (10,000 is 1 %), rounded down per
    /// lot; 0 to 999,999.
    /// </summary>
    public int DecayPerMonth { get; init; }
}

/// <summary>Opens an account. The ledger gives it the next number.</summary>
public sealed record OpenAccount(Guid Id, CurrencyId Currency, AccountKind Kind) : LedgerCommand(Id);

/// <summary>
/// The city's calendar turns to a new day: lots with an earlier last day can no longer be spent. Stands alone.
/// </summary>
public sealed record BeginDay(Guid Id, DateOnly Day) : LedgerCommand(Id)
{
    /// <summary>The turn to <paramref name="day"/>, with the id that every server gives it.</summary>
    public static BeginDay Of(DateOnly day) => new(DerivedId.From("day", day.ToString("O")), day);
}

/// <summary>
/// One movement of points from the debit account (which gives) to the credit account (which receives).
/// </summary>
/// <param name="Amount">In the currency's smallest unit; from 1 to <see cref="MaxAmount"/>.</param>
public sealed record Transfer(Guid Id, AccountId Debit, AccountId Credit, long Amount, TransferCode Code)
    : LedgerCommand(Id)
{
    /// <summary>The largest amount of one transfer: a thousandth of what a balance can hold.</summary>
    public const long MaxAmount = long.MaxValue / 1_000;

    /// <summary>
    /// When set, the transfer moves as much of this as the giver has and the receiver has room for ("all my points,
    /// the rest in cash"), at least 1. The ledger then puts what it moved into <see cref="Amount"/>.
    /// </summary>
    public long? AtMost { get; init; }

    /// <summary>
    /// For points that leave a budget: the last day on which they can be spent, or null for no end. For
    /// <see cref="TransferCode.Expire"/> and <see cref="TransferCode.Decay"/>: the last day of the lot. For
    /// <see cref="TransferCode.Refund"/>: the last day that ended lots get as grace; without it they come back ended.
    /// </summary>
    public DateOnly? LastDay { get; init; }

    /// <summary>The transfer that this one takes back; for refunds and returned rebates only.</summary>
    public Guid? Reverses { get; init; }

    /// <summary>The payment that a <see cref="TransferCode.Rebate"/> is for: its refund takes this back, too.</summary>
    public Guid? EarnedBy { get; init; }

    /// <summary>The hold that this transfer settles: it moves held points, and what is left over is released.</summary>
    public Guid? Hold { get; init; }

    /// <summary>A second name that this transfer uses up (a one-time code, an act): nobody can use it again.</summary>
    public Guid? Claim { get; init; }

    /// <summary>What it is for, in the words of another room: a till, a mission version, a settlement.</summary>
    public Guid? Reference { get; init; }

    /// <summary>When it happened, if that is not when it was written: imports of an old scheme, corrections.</summary>
    public DateTimeOffset? EffectiveAt { get; init; }

    /// <summary>Moves what the giver has, up to an amount.</summary>
    public static Transfer UpTo(Guid id, AccountId debit, AccountId credit, long most, TransferCode code) =>
        new(id, debit, credit, most, code) { AtMost = most };
}

/// <summary>
/// Reserves points for one receiver. They count as gone from the giver at once; a <see cref="Transfer"/> with
/// <see cref="Transfer.Hold"/> settles it, in part or in full, once.
/// </summary>
/// <param name="Amount">In the currency's smallest unit; from 1 to <see cref="Transfer.MaxAmount"/>.</param>
/// <param name="Code">What the transfer that settles it will be.</param>
/// <param name="Until">From this instant on it can only be released.</param>
public sealed record PlaceHold(
    Guid Id, AccountId Debit, AccountId Credit, long Amount, TransferCode Code, DateTimeOffset Until)
    : LedgerCommand(Id)
{
    /// <inheritdoc cref="Transfer.Claim"/>
    public Guid? Claim { get; init; }

    /// <inheritdoc cref="Transfer.Reference"/>
    public Guid? Reference { get; init; }
}

/// <summary>Gives held points back to the account that they were taken from, with their last days.</summary>
public sealed record ReleaseHold(Guid Id, Guid Hold, AccountId Account) : LedgerCommand(Id)
{
    /// <summary>The release of a hold whose time is over, with the id that every server gives it.</summary>
    public static ReleaseHold OfTimedOut(OpenHold hold) =>
        new(DerivedId.From("release", hold.Id.ToString()), hold.Id, hold.Debit);
}

/// <summary>Freezes, thaws or closes an account, and sets how low and how high it may go.</summary>
/// <param name="Minimum">What must stay in it; null for the rule of its kind.</param>
/// <param name="Maximum">What it may hold at most; null for no such rule.</param>
public sealed record ChangeAccount(
    Guid Id, AccountId Account, AccountStatus Status, long? Minimum = null, long? Maximum = null)
    : LedgerCommand(Id);

/// <summary>Says how surely the holder of an account is known; limits may be for the less surely known.</summary>
/// <param name="Level">From 0, which every account has at first, to <see cref="LevelMax"/>.</param>
public sealed record SetLevel(Guid Id, AccountId Account, int Level) : LedgerCommand(Id)
{
    /// <summary>The highest level: the books keep four bits for it.</summary>
    public const int LevelMax = 15;
}

/// <summary>Sets a limit, or with no maximum ends it. What was used under it stays counted.</summary>
public sealed record SetLimit(Guid Id, Limit Limit) : LedgerCommand(Id);
