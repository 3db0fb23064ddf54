using System.Text.Json.Serialization;

namespace CityLoop.Ledger;

/// <summary>
/// Something the ledger is asked to append. The id is the caller's: asked again, the ledger answers as before.
/// </summary>
[JsonDerivedType(typeof(DefineCurrency), "currency")]
[JsonDerivedType(typeof(OpenAccount), "account")]
[JsonDerivedType(typeof(BeginDay), "day")]
[JsonDerivedType(typeof(Transfer), "transfer")]
public abstract record LedgerCommand(Guid Id);

/// <summary>Brings a currency into the books.</summary>
/// <param name="Currency">Its number, from 1.</param>
/// <param name="Code">Its code in exports: 2 to 12 letters A to Z.</param>
/// <param name="Scale">Decimal places of the smallest unit, 0 to 9: 5 means that 1 point is 100,000 units.</param>
public sealed record DefineCurrency(Guid Id, CurrencyId Currency, string Code, int Scale) : LedgerCommand(Id);

/// <summary>Opens an account. The ledger gives it the next number.</summary>
public sealed record OpenAccount(Guid Id, CurrencyId Currency, AccountKind Kind) : LedgerCommand(Id);

/// <summary>The city's calendar turns to a new day: lots with an earlier last day can no longer be spent.</summary>
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
    /// For points that leave a budget: the last day on which they can be spent, or null for no end.
    /// For <see cref="TransferCode.Expire"/>: the last day of the lot that ends.
    /// </summary>
    public DateOnly? LastDay { get; init; }

    /// <summary>The transfer that this one takes back; for refunds and returned rebates only.</summary>
    public Guid? Reverses { get; init; }

    /// <summary>A second name that this transfer uses up (a one-time code, an act): nobody can use it again.</summary>
    public Guid? Claim { get; init; }

    /// <summary>What it is for, in the words of another room: a till, a mission version, a settlement.</summary>
    public Guid? Reference { get; init; }

    /// <summary>When it happened, if that is not when it was written: imports of an old scheme, corrections.</summary>
    public DateTimeOffset? EffectiveAt { get; init; }
}
