namespace CityLoop.Carbon;

/// <summary>Grams of CO2e that were not emitted, and how sure that is.</summary>
/// <param name="Value">Grams of CO2e.</param>
/// <param name="StandardDeviation">Of the value, in grams; zero or above.</param>
public readonly record struct AvoidedGrams(double Value, double StandardDeviation)
{
    /// <summary>Nothing, exactly.</summary>
    public static AvoidedGrams Zero => default;

    /// <summary>The sum of two figures whose errors have nothing to do with each other: variances add.</summary>
    public static AvoidedGrams operator +(AvoidedGrams one, AvoidedGrams other) =>
        new(one.Value + other.Value, Quadrature(one.StandardDeviation, other.StandardDeviation));

    /// <summary>The same as the operator.</summary>
    public static AvoidedGrams Add(AvoidedGrams one, AvoidedGrams other) => one + other;

    /// <summary>The standard deviation of a sum of two independent errors.</summary>
    internal static double Quadrature(double one, double other) => Math.Sqrt((one * one) + (other * other));
}
