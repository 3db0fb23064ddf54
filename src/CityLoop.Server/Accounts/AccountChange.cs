using CityLoop.Ledger;

namespace CityLoop.Server.Accounts;

/// <summary>What an officer asks of an account: freeze, thaw, close, or other bounds.</summary>
/// <param name="Id">Made by the officer's browser; the ledger's entry has it too.</param>
/// <param name="Minimum">What must stay in it, in the smallest unit; null for the rule of its kind.</param>
/// <param name="Maximum">What it may hold at most; null for no such rule.</param>
sealed record AccountChange(
    Guid Id, AccountId Account, AccountStatus Status, long? Minimum, long? Maximum, string Reason)
{
    public const int ReasonMax = 200;

    public ChangeAccount Command => new(Id, Account, Status, Minimum, Maximum);
}

/// <summary>A change in the list, with who asked, who decided, and what came of it.</summary>
/// <param name="IsApproved">Null while it waits for a second officer.</param>
/// <param name="PostedAt">When it stood in the books; null before, and for what was refused.</param>
sealed record ChangeLine(
    AccountChange Change, Guid AskedBy, DateTimeOffset AskedAt, Guid? DecidedBy, DateTimeOffset? DecidedAt,
    bool? IsApproved, DateTimeOffset? PostedAt);

/// <summary>What can become of a request, in order of precedence.</summary>
enum AskOutcome
{
    Waits, Done, IdNotValid, ReasonNotValid, AccountUnknown, BoundsNotValid, IdAlreadyUsed, AccountIsClosed,
    NothingChanges, AccountIsNotEmpty, AnotherWaits,
}

/// <summary>What can become of a decision, in order of precedence.</summary>
enum DecideOutcome
{
    Approved, Refused, ChangeUnknown, AlreadyDecided, NeedsSecondOfficer, AccountIsClosed, AccountIsNotEmpty,
    BoundsNotValid,
}
