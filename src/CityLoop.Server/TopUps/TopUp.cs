namespace CityLoop.Server.TopUps;

/// <summary>Points that somebody has bought at a counter.</summary>
sealed record TopUp(
    Guid Id, Guid Person, Guid Officer, Guid Drawer, long Amount, DateTimeOffset MadeAt, DateTimeOffset? PostedAt);

/// <summary>A top-up that somebody wants to take back, with what it is about.</summary>
sealed record Correction(
    Guid TopUp, Guid Drawer, string Reason, Guid AskedBy, DateTimeOffset AskedAt, Guid? DecidedBy,
    DateTimeOffset? DecidedAt, bool? IsApproved, DateTimeOffset? PostedAt, long Amount, DateTimeOffset MadeAt,
    Guid Person);

/// <summary>An officer's cash of a day.</summary>
/// <param name="Expected">What should have been in it when it was counted.</param>
sealed record Drawer(
    Guid Id, Guid Officer, DateTimeOffset OpenedAt, long Opening, DateTimeOffset? ClosedAt, long? Expected,
    long? Counted, string Note, Guid? ConfirmedBy, DateTimeOffset? ConfirmedAt)
{
    public long? Difference => Counted - Expected;
}

/// <summary>What can become of a top-up and of what follows, in order of precedence.</summary>
enum TopUpOutcome
{
    Done,
    NotOffered,
    IdNotValid,
    AmountNotValid,
    AmountTooLarge,
    ReasonMissing,
    NoDrawer,
    DrawerIsOpen,
    NothingThere,
    NeedsAnotherOfficer,
    DecidedBefore,
    AskedBefore,
    MovementIsOpen,
    IdAlreadyUsed,
    WalletTakesNothing,
    LimitIsReached,
    PersonHasTooLittle,
    Refused,
}
