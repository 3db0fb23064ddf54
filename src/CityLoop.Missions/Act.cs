namespace CityLoop.Missions;

/// <summary>Something a person did, with its proof: who, what, when, where, and what they answered.</summary>
/// <param name="Person">Whose stamps and points it is about.</param>
/// <param name="Activity">The activity's name in the mission.</param>
/// <param name="At">Date and time in the city's own calendar and clock.</param>
public sealed record Act(Guid Person, string Activity, DateTime At)
{
    /// <summary>The spot whose code was scanned, null when none was.</summary>
    public string? Spot { get; init; }

    /// <summary>The chosen answer, counted from 1, null when none was given.</summary>
    public int? Answer { get; init; }

    /// <summary>
    /// How sure the city was of who acted, as it counts: 0 self-asserted, 1 contact verified, 2 identity checked.
    /// </summary>
    public int Level { get; init; }

    /// <summary>The day it happened on.</summary>
    public DateOnly Day => DateOnly.FromDateTime(At);
}
