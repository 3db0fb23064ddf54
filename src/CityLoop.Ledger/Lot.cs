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
/// <param name="Balance">Everything in it, in the smallest unit.</param>
/// <param name="Spendable">The part whose last day has not passed.</param>
/// <param name="LastSequence">Its latest journal entry.</param>
public readonly record struct AccountView(
    AccountId Id, AccountKind Kind, CurrencyId Currency, long Balance, long Spendable, long LastSequence);

/// <summary>What the ledger knows of a currency.</summary>
public readonly record struct CurrencyView(CurrencyId Id, string Code, int Scale);
