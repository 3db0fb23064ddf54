namespace CityLoop.Ledger;

/// <summary>
/// The ledger's answer. The values stand in order of precedence: when several rules are broken, the answer is the
/// first of them. A refusal changes nothing and is not remembered: the same id may be tried again.
/// </summary>
public enum PostOutcome
{
    /// <summary>It is in the journal, durable.</summary>
    Posted = 0,

    /// <summary>The same id with the same content was posted before; the first answer holds.</summary>
    AlreadyPosted = 1,

    /// <summary>The id is empty.</summary>
    IdIsEmpty = 3,

    /// <summary>The id was used before with another content.</summary>
    IdAlreadyPostedWithOtherContent = 4,

    /// <summary>The number, code or scale of the currency is out of range.</summary>
    CurrencyIsNotValid = 5,

    /// <summary>A currency with this number or code exists.</summary>
    CurrencyAlreadyDefined = 6,

    /// <summary>No such currency.</summary>
    CurrencyUnknown = 7,

    /// <summary>The kind of account does not exist.</summary>
    AccountKindUnknown = 8,

    /// <summary>This day, or a later one, has begun.</summary>
    DayHasAlreadyBegun = 9,

    /// <summary>The amount is zero or negative.</summary>
    AmountIsNotPositive = 10,

    /// <summary>The amount is above <see cref="Transfer.MaxAmount"/>.</summary>
    AmountIsTooLarge = 11,

    /// <summary>The giving account does not exist.</summary>
    DebitAccountUnknown = 12,

    /// <summary>The receiving account does not exist.</summary>
    CreditAccountUnknown = 13,

    /// <summary>Both accounts are the same.</summary>
    AccountsAreTheSame = 14,

    /// <summary>The accounts hold different currencies.</summary>
    CurrenciesDiffer = 15,

    /// <summary>An issuing account gives to budgets only: every amount is funded.</summary>
    IssuingAccountFundsBudgetsOnly = 16,

    /// <summary>Only points that leave a budget or come from outside, or that expire, name a last day.</summary>
    LastDayIsNotAllowed = 17,

    /// <summary>The last day lies before the city's present day; for an expiry: it has not passed yet.</summary>
    LastDayIsNotValid = 18,

    /// <summary>The code and the presence of a reversed transfer do not fit.</summary>
    ReversalIsNotValid = 19,

    /// <summary>The transfer to reverse is not in the journal.</summary>
    ReversedTransferUnknown = 20,

    /// <summary>The reversal's accounts or amount are not those of the transfer it reverses.</summary>
    ReversalDoesNotMatch = 21,

    /// <summary>It has been reversed before.</summary>
    AlreadyReversed = 22,

    /// <summary>The claim (a one-time code, an act) was used by another transfer.</summary>
    ClaimAlreadyUsed = 23,

    /// <summary>The giving account has fewer points that can be spent today.</summary>
    DebitAccountHasTooFewPoints = 24,

    /// <summary>The receiving account's balance would pass what a number can hold.</summary>
    CreditBalanceIsTooLarge = 25,
}

/// <summary>The answer to one command.</summary>
/// <param name="Sequence">The journal number of the (first) entry, of the first answer when already posted; 0 when
/// refused.</param>
/// <param name="Index">Which command of a linked set the outcome speaks of, from 0.</param>
public readonly record struct PostResult(PostOutcome Outcome, long Sequence, int Index = 0)
{
    /// <summary>True when the command stands in the journal, now or from before.</summary>
    public bool IsPosted => Outcome is PostOutcome.Posted or PostOutcome.AlreadyPosted;
}
