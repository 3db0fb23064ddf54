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
    IdIsEmpty = 2,

    /// <summary>The id was used before with another content.</summary>
    IdAlreadyPostedWithOtherContent = 3,

    /// <summary>A currency, a limit or a new day is no part of a linked set.</summary>
    CommandStandsAlone = 4,

    /// <summary>The number, code, scale or decay of the currency is out of range.</summary>
    CurrencyIsNotValid = 5,

    /// <summary>A currency with this number or code exists.</summary>
    CurrencyAlreadyDefined = 6,

    /// <summary>No such currency.</summary>
    CurrencyUnknown = 7,

    /// <summary>The kind of account does not exist.</summary>
    AccountKindUnknown = 8,

    /// <summary>This day, or a later one, has begun.</summary>
    DayHasAlreadyBegun = 9,

    /// <summary>The number, code, period or maximum of the limit is out of range.</summary>
    LimitIsNotValid = 10,

    /// <summary>The account to change does not exist.</summary>
    AccountUnknown = 11,

    /// <summary>The account to change was closed, and stays so.</summary>
    AccountIsClosed = 12,

    /// <summary>The status is unknown, or the minimum lies above the maximum.</summary>
    AccountRuleIsNotValid = 13,

    /// <summary>
    /// Only an account with nothing in it can be closed, and only when nobody has points any more that it funded.
    /// </summary>
    AccountIsNotEmpty = 14,

    /// <summary>The amount is zero or negative.</summary>
    AmountIsNotPositive = 15,

    /// <summary>The amount is above <see cref="Transfer.MaxAmount"/>.</summary>
    AmountIsTooLarge = 16,

    /// <summary>The giving account does not exist.</summary>
    DebitAccountUnknown = 17,

    /// <summary>The receiving account does not exist.</summary>
    CreditAccountUnknown = 18,

    /// <summary>Both accounts are the same.</summary>
    AccountsAreTheSame = 19,

    /// <summary>The accounts hold different currencies.</summary>
    CurrenciesDiffer = 20,

    /// <summary>It cannot have happened later than it is written.</summary>
    EffectiveTimeIsInTheFuture = 21,

    /// <summary>The giving account is closed.</summary>
    DebitAccountIsClosed = 22,

    /// <summary>The receiving account is closed.</summary>
    CreditAccountIsClosed = 23,

    /// <summary>The giving account is frozen.</summary>
    DebitAccountIsFrozen = 24,

    /// <summary>The receiving account is frozen.</summary>
    CreditAccountIsFrozen = 25,

    /// <summary>An issuing account gives to budgets only: every amount is funded.</summary>
    IssuingAccountFundsBudgetsOnly = 26,

    /// <summary>People may not give points of this currency to each other.</summary>
    CurrencyMayNotBeGiven = 27,

    /// <summary>
    /// Only points that leave a budget or come from outside, that expire or decay, or that are refunded, name a
    /// last day.
    /// </summary>
    LastDayIsNotAllowed = 28,

    /// <summary>The last day lies before the city's present day; for an expiry: it has not passed yet.</summary>
    LastDayIsNotValid = 29,

    /// <summary>The lot loses another amount now, or nothing.</summary>
    DecayIsNotDue = 30,

    /// <summary>The code and the presence of a reversed or earning transfer do not fit.</summary>
    ReversalIsNotValid = 31,

    /// <summary>The transfer to reverse is not in the journal.</summary>
    ReversedTransferUnknown = 32,

    /// <summary>
    /// What was paid before <see cref="LedgerState.ReversibleDays"/> days cannot be taken back any more.
    /// </summary>
    ReversedTransferIsTooOld = 33,

    /// <summary>The reversal's accounts are not those of the transfer it reverses, or it is more than that.</summary>
    ReversalDoesNotMatch = 34,

    /// <summary>It has been reversed before, or so much of it that less is left than this.</summary>
    AlreadyReversed = 35,

    /// <summary>
    /// The rebate is for a payment that is not in the journal, was taken back, or is somebody else's.
    /// </summary>
    EarningPaymentUnknown = 36,

    /// <summary>The payment has brought a rebate before.</summary>
    PaymentHasAlreadyEarned = 37,

    /// <summary>There is no such hold.</summary>
    HoldUnknown = 38,

    /// <summary>The hold was settled or released before.</summary>
    HoldIsNotOpen = 39,

    /// <summary>The accounts, the code or the reference are not those of the hold, or the amount is above it.</summary>
    HoldDoesNotMatch = 40,

    /// <summary>The hold's time is over, or lies in the past when it is placed: it can only be released.</summary>
    HoldHasTimedOut = 41,

    /// <summary>The claim (a one-time code, an act) was used by another transfer.</summary>
    ClaimAlreadyUsed = 42,

    /// <summary>With this amount a limit of the day, the month or for ever would be passed.</summary>
    LimitIsReached = 43,

    /// <summary>The giving account has fewer points that can be spent today.</summary>
    DebitAccountHasTooFewPoints = 44,

    /// <summary>The receiving account would pass its maximum.</summary>
    CreditAccountIsFull = 45,

    /// <summary>
    /// The receiving account's balance, or what the giving one owes, would pass what a number can hold.
    /// </summary>
    CreditBalanceIsTooLarge = 46,

    /// <summary>More of a backed currency would be outstanding than its funding accounts hold.</summary>
    FundingIsTooLow = 47,

    /// <summary>
    /// A refund must take back, in the same linked set, what the payment earned, as far as it is still there.
    /// </summary>
    RebateIsNotTakenBack = 48,
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
