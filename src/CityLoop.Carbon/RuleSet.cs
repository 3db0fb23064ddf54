namespace CityLoop.Carbon;

/// <summary>
/// A named and versioned rule of what a trip saves. Official rule sets contradict each other, so a city shows the
/// ones it knows side by side and never mixes them.
/// </summary>
public sealed class RuleSet
{
    readonly Dictionary<TravelMode, Factor> _factors;

    /// <summary>Puts a rule set together.</summary>
    /// <param name="id">Its name in reports: <c>taipei-city</c>.</param>
    /// <param name="version">Which edition: a date or a number of the publisher.</param>
    /// <param name="factors">At most one factor per mode.</param>
    /// <exception cref="ArgumentException">Two factors speak about one mode.</exception>
    public RuleSet(string id, string version, IEnumerable<Factor> factors)
    {
        Id = id;
        Version = version;
        _factors = factors.ToDictionary(factor => factor.Mode);
    }

    /// <summary>Its name in reports.</summary>
    public string Id { get; }

    /// <summary>Which edition of it.</summary>
    public string Version { get; }

    /// <summary>Its factors, by mode.</summary>
    public IEnumerable<Factor> Factors => _factors.OrderBy(pair => pair.Key).Select(pair => pair.Value);

    /// <summary>What it says about a mode; null when it says nothing.</summary>
    public Factor? FactorOf(TravelMode mode) => _factors.GetValueOrDefault(mode);

    /// <summary>What a trip saves under this rule set; null when the rule set says nothing about its mode.</summary>
    public Saving? SavingOf(Activity activity) =>
        FactorOf(activity.Mode) is { } factor ? Saving.Of(this, factor, activity) : null;
}
