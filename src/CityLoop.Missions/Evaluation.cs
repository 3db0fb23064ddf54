using System.Globalization;

namespace CityLoop.Missions;

/// <summary>What an act came to. The values stand in order of precedence: the first that holds counts.</summary>
public enum Verdict
{
    /// <summary>It gave a stamp.</summary>
    Stamped = 0,

    /// <summary>The mission has no such activity.</summary>
    ActivityUnknown = 1,

    /// <summary>The mission begins on a later day.</summary>
    MissionHasNotBegun = 2,

    /// <summary>The mission's last day has passed.</summary>
    MissionIsOver = 3,

    /// <summary>The mission asks for a higher level of assurance; tables keep its number, not its place.</summary>
    LevelTooLow = 10,

    /// <summary>The code of another spot, or none, was scanned.</summary>
    NotAtTheSpot = 4,

    /// <summary>The activity has given this stamp before; nothing changes.</summary>
    AlreadyStamped = 5,

    /// <summary>The question was not answered, or with a choice that is not there.</summary>
    AnswerMissing = 6,

    /// <summary>All tries of this day are used up.</summary>
    TriesUsedUpToday = 7,

    /// <summary>The pause after a wrong answer is not over.</summary>
    TooSoonAfterWrongAnswer = 8,

    /// <summary>The answer is wrong; it counts as a try.</summary>
    AnswerWrong = 9,
}

/// <summary>The outcome of one act.</summary>
/// <param name="State">The person's state after it; the same object when nothing changed.</param>
/// <param name="Stamp">The stamp that it gave, if it gave one.</param>
/// <param name="Effects">What the person has now earned and was not given before.</param>
/// <param name="Explanation">The sentence that tells the person.</param>
public sealed record Evaluation(
    PersonState State, Verdict Verdict, Stamp? Stamp, IReadOnlyList<Effect> Effects, Explanation Explanation);

/// <summary>Something to be given to the person, once.</summary>
/// <param name="Id">Derived from person, mission version, act and reward: the same act cannot give it twice.</param>
/// <param name="Claim">
/// Derived from person, mission, reward and its count: another act cannot give it either, even when two servers
/// evaluate two acts from the same state.
/// </param>
/// <param name="Reward">The reward's name in the mission.</param>
public abstract record Effect(Guid Id, Guid Claim, string Reward);

/// <summary>Points from a budget.</summary>
public sealed record EarnPoints(Guid Id, Guid Claim, string Reward, PointsReward Points) : Effect(Id, Claim, Reward);

/// <summary>Entries in a draw.</summary>
public sealed record GrantTickets(Guid Id, Guid Claim, string Reward, TicketsReward Tickets)
    : Effect(Id, Claim, Reward);

/// <summary>
/// A sentence as a value: a key, and the arguments that go into the sentence of any language. Arguments are whole
/// numbers (<see cref="long"/>), <see cref="DateOnly"/> or <see cref="DateTime"/>, never text of one language.
/// </summary>
public sealed record Explanation(string Key, IReadOnlyList<object> Arguments)
{
    /// <summary>Every key that the evaluator can answer, so that a test finds the language that lacks one.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        "activity-unknown", "not-begun", "over", "contact-needed", "identity-check-needed", "not-at-the-spot",
        "already-stamped", "answer-missing",
        "tries-used-up", "too-soon", "answer-wrong", "answer-wrong-last", "stamps-of", "stamps-all",
    ];

    internal static Explanation Of(string key, params object[] arguments) => new(key, arguments);

    /// <summary>The key and its arguments, for logs and tests: <c>stamps-of(2, 3, 1)</c>.</summary>
    public override string ToString() =>
        $"{Key}({string.Join(", ", Arguments.Select(a => a switch
        {
            DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
            DateTime at => at.ToString("s", CultureInfo.InvariantCulture),
            _ => Convert.ToString(a, CultureInfo.InvariantCulture),
        }))})";
}
