using CityLoop.Ledger;

namespace CityLoop.Missions;

/// <summary>
/// A mission as published: who does what, where and when, how it is proved, and what it earns from which budget.
/// Made by <see cref="MissionDocument.Read"/> only, so that every mission in memory obeys the rules of the language.
/// </summary>
public sealed class Mission
{
    /// <summary>The level of somebody whose document was seen by one officer and approved by another.</summary>
    public const int IdentityChecked = 2;

    internal Mission()
    {
    }

    /// <summary>The mission's name in addresses and tables, such as <c>heritage-rally</c>.</summary>
    public required string Id { get; init; }

    /// <summary>From 1; a published version never changes, a change is a new version.</summary>
    public required int Version { get; init; }

    /// <summary>The languages that every text of the document speaks, the city's first language in front.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>What people call it.</summary>
    public required LocalText Name { get; init; }

    /// <summary>One or two sentences for the card.</summary>
    public required LocalText Summary { get; init; }

    /// <summary>
    /// How sure the city must be of who takes part: 0 self-asserted, 1 contact verified, 2 identity checked.
    /// </summary>
    public required int Level { get; init; }

    /// <summary>The first day on which acts count, in the city's calendar.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last day on which acts count.</summary>
    public required DateOnly Until { get; init; }

    /// <summary>What can be done, in the order of the document.</summary>
    public required IReadOnlyList<Activity> Activities { get; init; }

    /// <summary>What is earned, in the order of the document; effects keep this order.</summary>
    public required IReadOnlyList<Reward> Rewards { get; init; }

    /// <summary>The draws that tickets are for.</summary>
    public required IReadOnlyList<Draw> Draws { get; init; }

    /// <summary>The identifier of this version: the reference on every point that it pays.</summary>
    public Guid VersionId => field == default ? field = VersionIdOf(Id, Version) : field;

    /// <summary>The identifier that every server gives this version of a mission.</summary>
    public static Guid VersionIdOf(string mission, int version) => DerivedId.From(
        "mission-version", mission, version.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The activity of this name, or null.</summary>
    public Activity? ActivityOf(string? id)
    {
        foreach (var activity in Activities)
            if (string.Equals(activity.Id, id, StringComparison.Ordinal))
                return activity;
        return null;
    }

    /// <summary>The draw of this name, or null.</summary>
    public Draw? DrawOf(string? id) => Draws.FirstOrDefault(draw => draw.Id == id);

    /// <summary>True on the days on which acts count.</summary>
    public bool IsOpenOn(DateOnly day) => From <= day && day <= Until;
}

/// <summary>One sentence in each of the document's languages.</summary>
public sealed class LocalText
{
    readonly IReadOnlyList<KeyValuePair<string, string>> _byLanguage;

    internal LocalText(IReadOnlyList<KeyValuePair<string, string>> byLanguage) => _byLanguage = byLanguage;

    /// <summary>The sentence in this language; in the document's first language where it does not speak it.</summary>
    public string In(string language)
    {
        foreach (var (tag, text) in _byLanguage)
            if (string.Equals(tag, language, StringComparison.OrdinalIgnoreCase))
                return text;
        return _byLanguage[0].Value;
    }
}

/// <summary>One thing a person can do for the mission. Done and proved, it gives one stamp.</summary>
/// <param name="Id">Its name inside the mission.</param>
/// <param name="Name">What people call it, or null where the spot's own name says it.</param>
/// <param name="Spot">The spot whose code must be scanned.</param>
/// <param name="Counts">How often it gives a stamp.</param>
/// <param name="Quiz">The question to answer there, or null where scanning is proof enough.</param>
public sealed record Activity(string Id, LocalText? Name, string Spot, Counting Counts, Quiz? Quiz);

/// <summary>How often one activity gives a stamp.</summary>
public enum Counting
{
    /// <summary>Once in the mission's whole period.</summary>
    Once = 0,

    /// <summary>Once on every day.</summary>
    Daily = 1,
}

/// <summary>A question with a few answers, of which one is right.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Choices">2 to 6 answers.</param>
/// <param name="Answer">The right one, counted from 1.</param>
/// <param name="Hint">Where to look, shown after a wrong answer.</param>
/// <param name="Fact">What is told after the right answer.</param>
/// <param name="Retry">When a wrong answer may be tried again.</param>
public sealed record Quiz(
    LocalText Question, IReadOnlyList<LocalText> Choices, int Answer, LocalText Hint, LocalText Fact, Retry Retry);

/// <summary>What follows from a wrong answer.</summary>
/// <param name="AfterSeconds">The pause before the next try, 0 to 86,400.</param>
/// <param name="PerDay">How many answers one person may give at one spot on one day, 1 to 100.</param>
public sealed record Retry(int AfterSeconds, int PerDay);

/// <summary>What a number of stamps earns: points from a budget, tickets for a draw, or both.</summary>
/// <param name="Id">Its name inside the mission.</param>
/// <param name="Stamps">How many stamps it takes.</param>
/// <param name="AtMost">How many times one person can earn it: 1 for <c>after</c>, the limit for <c>every</c>.</param>
/// <param name="Of">The activities whose stamps count; empty for all.</param>
public sealed record Reward(
    string Id, int Stamps, int AtMost, IReadOnlyList<string> Of, PointsReward? Points, TicketsReward? Tickets);

/// <summary>Points, and the budget that pays them.</summary>
/// <param name="Amount">In the currency's smallest unit, from 1 to 1,000,000,000.</param>
public sealed record PointsReward(long Amount, string Currency, string Budget);

/// <summary>Entries in a draw.</summary>
public sealed record TicketsReward(string Draw, int Count);

/// <summary>A lottery that tickets of this mission are for.</summary>
public sealed record Draw(string Id, LocalText Name, LocalText Prize);
