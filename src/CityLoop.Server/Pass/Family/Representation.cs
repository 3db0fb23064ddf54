namespace CityLoop.Server.Pass.Family;

/// <summary>On what ground somebody acts for somebody else, as the tables name it.</summary>
static class Grounds
{
    public const string Child = "child";
    public const string Guardianship = "guardianship";
    public const string Assistance = "assistance";

    /// <summary>Given by the person themselves, and taken back by them.</summary>
    public const string Mandate = "mandate";

    /// <summary>What two officers confirm at a counter.</summary>
    public static readonly IReadOnlyList<string> AtTheCounter = [Guardianship, Assistance, Mandate];

    /// <summary>A mandate is looked at again every year; what a court ordered, every five.</summary>
    public static int YearsMax(string ground) => ground == Mandate ? 1 : 5;

    /// <summary>Whether a last day is one that a representation may have.</summary>
    public static bool IsLastDay(string ground, DateOnly day, DateOnly today) =>
        day >= today && day <= today.AddYears(YearsMax(ground));
}

/// <summary>Somebody of age who is represented, or who represents, as the other side sees them.</summary>
/// <param name="Id">The other one.</param>
/// <param name="IsAccepted">False while the reader has only been asked.</param>
public sealed record Representation(
    Guid Id, string Name, string Ground, DateOnly Since, DateOnly LastDay, bool IsAccepted);

/// <summary>What officers record and approve: who is to act for whom, on what ground, until when.</summary>
public sealed record RepresentationCheck(
    Guid Id, Guid Person, string PersonName, Guid Representative, string RepresentativeName, string Ground,
    DateOnly LastDay, Guid FirstOfficer, string FirstOfficerName, DateTimeOffset RecordedAt,
    DateTimeOffset? ApprovedAt, DateTimeOffset? WithdrawnAt);

/// <summary>What became of an officer's part, in order of precedence.</summary>
enum RepresentationOutcome
{
    NotFound, NotOfYourself, SamePerson, DecidedBefore, NeedsAnotherOfficer, RanOut, NotChecked, NotOfAge,
    TooMany, Done,
}
