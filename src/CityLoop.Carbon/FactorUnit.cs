using System.Globalization;

namespace CityLoop.Carbon;

/// <summary>What a factor counts.</summary>
public enum FactorBasis
{
    /// <summary>The distance in kilometres.</summary>
    Kilometre,

    /// <summary>Fare segments of a bus line.</summary>
    Segment,

    /// <summary>The ride itself, whatever its length.</summary>
    Ride,
}

/// <summary>The unit of a factor: kilograms of CO2e per so many of something.</summary>
/// <param name="Basis">What is counted.</param>
/// <param name="Size">How many make one: 8 for "per 8 km". Above zero.</param>
public readonly record struct FactorUnit(FactorBasis Basis, double Size)
{
    const string Prefix = "kgCO2e/";

    /// <summary>The unit as published tables write it: kgCO2e/km, kgCO2e/8 km, kgCO2e/segment, kgCO2e/ride.</summary>
    public override string ToString()
    {
        var size = Size == 1 ? "" : Size.ToString(CultureInfo.InvariantCulture) + " ";
        return Prefix + size + BasisName(Basis);
    }

    /// <summary>Reads a unit as it stands in published tables; null when it is none of ours.</summary>
    public static FactorUnit? Find(string? text)
    {
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var parts = text[Prefix.Length..].Split(' ');
        var size = 1.0;
        if (parts.Length > 2
            || (parts.Length == 2 && !double.TryParse(parts[0], CultureInfo.InvariantCulture, out size))
            || !double.IsFinite(size) || size <= 0)
            return null;
        foreach (var basis in Enum.GetValues<FactorBasis>())
            if (parts[^1] == BasisName(basis))
                return new FactorUnit(basis, size);
        return null;
    }

    static string BasisName(FactorBasis basis) => basis switch
    {
        FactorBasis.Kilometre => "km",
        FactorBasis.Segment => "segment",
        _ => "ride",
    };
}
