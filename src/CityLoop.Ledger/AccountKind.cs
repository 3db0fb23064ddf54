namespace CityLoop.Ledger;

/// <summary>
/// What an account is for; it decides whether it may go below zero and whether its points keep a last day.
/// </summary>
public enum AccountKind : short
{
    /// <summary>Where a currency comes from and returns to: minus what is in the world. May go below zero.</summary>
    Issuing = 1,

    /// <summary>The world outside the city's books (a bank, another city). May go below zero.</summary>
    Outside = 2,

    /// <summary>
    /// A funded purse that missions and rebates pay from. Its points are its own and have no last day.
    /// </summary>
    Budget = 3,

    /// <summary>A person's points: dated lots, spent earliest last day first.</summary>
    Person = 4,

    /// <summary>What a shop has taken in and is owed: lots by budget, without a last day.</summary>
    Merchant = 5,

    /// <summary>What has been settled and waits for the bank: lots by budget, without a last day.</summary>
    Payout = 6,

    /// <summary>
    /// Points kept for somebody who cannot have them yet (a gift to a person not yet registered): dated lots.
    /// </summary>
    Escrow = 7,

    /// <summary>Money in trust behind a backed currency, unit for unit; it is not in the world.</summary>
    Funding = 8,
}

/// <summary>Whether an account takes part.</summary>
public enum AccountStatus : byte
{
    /// <summary>It gives and receives.</summary>
    Open = 0,

    /// <summary>
    /// Nothing new goes in or out; what undoes or ends something older (refunds, returned rebates, expiry, decay) does.
    /// </summary>
    Frozen = 1,

    /// <summary>Empty, and for good: nothing goes in or out.</summary>
    Closed = 2,
}

/// <summary>The rules that follow from an account's kind.</summary>
public static class AccountKinds
{
    /// <summary>True for the two kinds that stand for the outside of the books.</summary>
    public static bool MayGoBelowZero(this AccountKind kind) => kind is AccountKind.Issuing or AccountKind.Outside;

    /// <summary>True where points keep the last day on which they can be spent.</summary>
    public static bool KeepsLastDays(this AccountKind kind) => kind is AccountKind.Person or AccountKind.Escrow;

    /// <summary>True where the balance is made of lots that remember their budget.</summary>
    public static bool KeepsLots(this AccountKind kind) =>
        kind is AccountKind.Person or AccountKind.Escrow or AccountKind.Merchant or AccountKind.Payout;

    /// <summary>
    /// True where points are in the world: the sum over such accounts is what a currency has outstanding.
    /// </summary>
    public static bool IsInTheWorld(this AccountKind kind) =>
        kind is not (AccountKind.Issuing or AccountKind.Outside or AccountKind.Funding);
}
