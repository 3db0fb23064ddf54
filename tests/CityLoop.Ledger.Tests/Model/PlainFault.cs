namespace CityLoop.Ledger.Tests.Model;

/// <summary>One rule told wrong: the simulation must tell such books apart from the ledger's.</summary>
enum PlainFault
{
    None,

    /// <summary>An ended lot goes back to its budget, and is deducted once more from the next lot.</summary>
    EndedLotIsDeductedTwice,

    /// <summary>Held points can be spent a second time.</summary>
    HoldDoesNotCount,

    /// <summary>A hold is released although it was settled before.</summary>
    HoldResolvesTwice,

    /// <summary>A payment can be taken back again.</summary>
    RefundSucceedsTwice,

    /// <summary>A part that comes back is taken from the lots that ended first.</summary>
    FirstLotComesBackFirst,

    /// <summary>The rebate of a refunded payment stays with the person.</summary>
    RebateIsKept,

    /// <summary>A refund brings back points, but not their last day.</summary>
    RefundLosesTheLastDay,

    /// <summary>What was used of a limit of the day is never forgotten.</summary>
    LimitIsNotReset,

    /// <summary>A refund does not give back what its payment used of a limit.</summary>
    RefundKeepsTheLimitUsed,

    /// <summary>A lot loses a fraction more than its share.</summary>
    DecayIsRoundedUp,

    /// <summary>A backed currency is issued without money behind it.</summary>
    BackingIsNotAsked,

    /// <summary>The legs before the refused one stand.</summary>
    RefusedSetLeavesItsFirstLeg,

    /// <summary>An id answers "already posted" whatever it says.</summary>
    IdCoversAnyContent,

    /// <summary>The lot that ends last is spent first.</summary>
    LastLotIsSpentFirst,

    /// <summary>Lots of two budgets become one.</summary>
    BudgetsAreMixed,

    /// <summary>A claim can be used again.</summary>
    ClaimIsUsedTwice,

    /// <summary>A frozen account goes on paying.</summary>
    FrozenAccountPays,
}
