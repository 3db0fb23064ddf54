using System.Text.Json;
using System.Text.Json.Serialization;

namespace CityLoop.Missions;

/// <summary>
/// What one person has done in one mission, all versions together: stamps, wrong answers and what was earned.
/// A stamp is never taken away. It stays small: one stamp per activity and counted day, one line per spot tried.
/// </summary>
public sealed record PersonState
{
    /// <summary>Where everybody begins.</summary>
    public static readonly PersonState Empty = new();

    /// <summary>In the order in which they were given.</summary>
    public IReadOnlyList<Stamp> Stamps { get; init => field = value ?? []; } = [];

    /// <summary>The latest wrong answers, one line per activity.</summary>
    public IReadOnlyList<WrongAnswers> Wrong { get; init => field = value ?? []; } = [];

    /// <summary>How many times each reward was earned.</summary>
    public IReadOnlyList<Earned> Earned { get; init => field = value ?? []; } = [];

    /// <summary>How many times this reward was earned.</summary>
    public int TimesEarned(string reward)
    {
        foreach (var earned in Earned)
            if (earned?.Reward == reward)
                return Math.Max(0, earned.Times);
        return 0;
    }

    /// <summary>True when the activity has its stamp, on this day or, when it counts once, on any.</summary>
    public bool HasStamp(Activity activity, DateOnly day)
    {
        foreach (var stamp in Stamps)
            if (stamp?.Activity == activity.Id && (activity.Counts == Counting.Once || stamp.Day == day))
                return true;
        return false;
    }

    /// <summary>The state as it is kept.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PersonStateJson.Default.PersonState);

    /// <summary>The state that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text was not written by <see cref="ToJson"/>.</exception>
    public static PersonState FromJson(string json) =>
        JsonSerializer.Deserialize(json, PersonStateJson.Default.PersonState) ?? Empty;
}

/// <summary>The proof that an activity was done on a day.</summary>
public sealed record Stamp(string Activity, DateOnly Day);

/// <summary>Wrong answers to one activity's question.</summary>
/// <param name="At">When the latest was given, in the city's clock.</param>
/// <param name="OnThatDay">How many were given on the day of <paramref name="At"/>.</param>
public sealed record WrongAnswers(string Activity, DateTime At, int OnThatDay);

/// <summary>How many times one reward was earned.</summary>
public sealed record Earned(string Reward, int Times);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PersonState))]
sealed partial class PersonStateJson : JsonSerializerContext;
