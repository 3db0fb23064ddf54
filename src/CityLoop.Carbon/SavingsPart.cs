namespace CityLoop.Carbon;

/// <summary>What trips under one factor save together: an addend of a sum, or the sum of many such addends.</summary>
/// <param name="Factor">The factor all of them were worked out with.</param>
/// <param name="Value">Grams of CO2e.</param>
/// <param name="MeasurementVariance">The sum of the variances of measuring: these errors are independent.</param>
/// <param name="FactorDeviation">
/// The sum of the deviations that the factor brings: if it is 10 % too high, it is so for all trips.
/// </param>
public readonly record struct SavingsPart(
    string Factor, double Value, double MeasurementVariance, double FactorDeviation)
{
    /// <summary>
    /// The sum over trips. Within a factor the factor's error adds up straight, since it is one and the same error;
    /// between factors, and for what was measured, variances add. (Adding variances throughout would make a
    /// thousand trips look thirty times surer than the factor behind them.)
    /// </summary>
    public static AvoidedGrams Sum(IEnumerable<SavingsPart> parts)
    {
        double value = 0, variance = 0;
        var shared = new Dictionary<string, double>();
        foreach (var part in parts)
        {
            value += part.Value;
            variance += part.MeasurementVariance;
            shared[part.Factor] = shared.GetValueOrDefault(part.Factor) + part.FactorDeviation;
        }

        // In the order of the names: floating-point sums depend on the order, and the same trips give the same bytes.
        foreach (var (_, deviation) in shared.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            variance += deviation * deviation;
        return new AvoidedGrams(value, Math.Sqrt(variance));
    }
}
