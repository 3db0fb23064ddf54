namespace CityLoop.Ledger;

/// <summary>Part of a balance: the points of one budget that end on the same last day.</summary>
/// <param name="LastDay">The last day on which they can be spent, or null for no end.</param>
/// <param name="Budget">The account that funded them.</param>
/// <param name="Amount">In the smallest unit; above zero.</param>
public readonly record struct Lot(DateOnly? LastDay, AccountId Budget, long Amount);

/// <summary>A lot whose last day has passed and that is still in an account.</summary>
/// <param name="LastSequence">The account's latest journal entry when this was seen.</param>
public readonly record struct EndedLot(AccountId Account, Lot Lot, long LastSequence);

/// <summary>What the ledger knows of an account.</summary>
/// <param name="Balance">Everything in it, in the smallest unit, held points included.</param>
/// <param name="Spendable">The part whose last day has not passed and that nobody holds.</param>
/// <param name="LastSequence">Its latest journal entry.</param>
/// <param name="Held">The part that is reserved for somebody.</param>
/// <param name="Level">How surely its holder is known (<see cref="SetLevel"/>).</param>
public readonly record struct AccountView(
    AccountId Id, AccountKind Kind, CurrencyId Currency, long Balance, long Spendable, long LastSequence,
    long Held = 0, AccountStatus Status = AccountStatus.Open, int Level = 0);

/// <summary>What the ledger knows of a currency.</summary>
/// <param name="Outstanding">What is in the world: in budgets, with people, shops and payouts.</param>
/// <param name="Funding">What is in its funding accounts.</param>
public readonly record struct CurrencyView(
    CurrencyId Id, string Code, int Scale, long Outstanding = 0, long Funding = 0)
{
    /// <inheritdoc cref="DefineCurrency.MayBeGiven"/>
    public bool MayBeGiven { get; init; }

    /// <inheritdoc cref="DefineCurrency.IsBacked"/>
    public bool IsBacked { get; init; }

    /// <inheritdoc cref="DefineCurrency.DecayPerMonth"/>
    public int DecayPerMonth { get; init; }
}

/// <summary>Points that wait for their receiver.</summary>
/// <param name="Id">The id of the command that placed it.</param>
/// <param name="Lots">What it reserves, in spending order; empty for givers without lots.</param>
/// <param name="Day">The city's day on which it was placed, as a day number.</param>
public sealed record OpenHold(
    Guid Id, AccountId Debit, AccountId Credit, long Amount, TransferCode Code, DateTimeOffset Until,
    IReadOnlyList<Lot> Lots, int Day)
{
    /// <inheritdoc cref="Transfer.Reference"/>
    public Guid? Reference { get; init; }
}
