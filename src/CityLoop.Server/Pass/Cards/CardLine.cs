namespace CityLoop.Server.Pass.Cards;

/// <summary>A card as its person and the counter see it.</summary>
/// <param name="IsConfirmed">False while a second officer, or the person, has not said yes.</param>
/// <param name="BlockedWhy">lost, replaced or refused; null while it is not blocked.</param>
public sealed record CardLine(
    long Serial, Guid? Person, DateTimeOffset? BoundAt, Guid? BoundBy, bool IsConfirmed, bool HasPin,
    DateTimeOffset? BlockedAt, string? BlockedWhy, Guid PrintedBy)
{
    /// <summary>
    /// Whether an officer may be the second one. Not who bound it, nor who printed it: they may have kept its code.
    /// </summary>
    internal bool MayConfirm(PersonId officer) => BoundBy != officer.Value && PrintedBy != officer.Value;

    public bool IsInUse => IsConfirmed && BlockedAt is null;
}

/// <summary>What can become of binding a card, in order of precedence.</summary>
enum BindOutcome
{
    Bound, WaitsForSecond, CardUnknown, CardTaken, CardBlocked, PersonUnknown, NotOneself,
}

/// <summary>What can become of a second officer's or the person's word, in order of precedence.</summary>
enum ConfirmOutcome
{
    Confirmed, Refused, CardUnknown, NothingWaits, NeedsSecondOfficer,
}

/// <summary>What can become of a new PIN, in order of precedence.</summary>
enum PinOutcome
{
    Set, PinNotValid, PinTooSimple, CardUnknown,
}

/// <summary>What a card may do at a till, in order of precedence.</summary>
enum CardOutcome
{
    Allowed, CardUnknown, CardBlocked, CardNotReady, IdAlreadyUsed, PinNotSet, PinNotValid, PinTooSimple, PinWaits,
    PinNeeded, PinWrong,
}

/// <summary>What a till is told about a card.</summary>
/// <param name="Person">Whose it is; null where it may not pay.</param>
/// <param name="Wait">How long no PIN is looked at.</param>
readonly record struct CardDecision(CardOutcome Outcome, PersonId? Person = null, TimeSpan Wait = default);
