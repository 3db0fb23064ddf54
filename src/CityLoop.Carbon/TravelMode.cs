namespace CityLoop.Carbon;

/// <summary>How somebody travelled, as far as the city's partners can confirm it.</summary>
public enum TravelMode : short
{
    /// <summary>A city bus.</summary>
    Bus = 1,

    /// <summary>The metro.</summary>
    Metro = 2,

    /// <summary>A shared bicycle from a public station.</summary>
    PublicBike = 3,
}

/// <summary>The names of modes in messages and files.</summary>
public static class TravelModes
{
    /// <summary>Every mode, in the order in which tables show them.</summary>
    public static IReadOnlyList<TravelMode> All { get; } = [TravelMode.Bus, TravelMode.Metro, TravelMode.PublicBike];

    /// <summary>The mode's name in messages and files: bus, metro, public-bike.</summary>
    public static string Name(this TravelMode mode) => mode switch
    {
        TravelMode.Bus => "bus",
        TravelMode.Metro => "metro",
        TravelMode.PublicBike => "public-bike",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "No such mode."),
    };

    /// <summary>The mode of this name; null when there is none.</summary>
    public static TravelMode? Find(string? name) => name switch
    {
        "bus" => TravelMode.Bus,
        "metro" => TravelMode.Metro,
        "public-bike" => TravelMode.PublicBike,
        _ => null,
    };
}
