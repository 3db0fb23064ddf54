namespace CityLoop.Carbon;

/// <summary>
/// What one trip saves under one rule set. Its error has two parts: that of the measured trip, which is another one
/// for each trip, and that of the factor, which all trips under the factor share.
/// </summary>
/// <param name="RuleSet">The rule set's name.</param>
/// <param name="Version">The rule set's version.</param>
/// <param name="Factor">The factor that was used.</param>
/// <param name="Amount">What was counted.</param>
/// <param name="Value">Grams of CO2e.</param>
/// <param name="MeasurementDeviation">Standard deviation from measuring the trip, in grams.</param>
/// <param name="FactorDeviation">Standard deviation from the factor, in grams.</param>
public sealed record Saving(
    string RuleSet, string Version, Factor Factor, MeasuredAmount Amount,
    double Value, double MeasurementDeviation, double FactorDeviation)
{
    const double GramsPerKilogram = 1_000;

    /// <summary>The grams with both parts of the error.</summary>
    public AvoidedGrams Grams => new(Value, AvoidedGrams.Quadrature(MeasurementDeviation, FactorDeviation));

    /// <summary>The saving as an addend of a sum.</summary>
    public SavingsPart Part => new(Factor.Id, Value, MeasurementDeviation * MeasurementDeviation, FactorDeviation);

    /// <summary>
    /// amount ÷ size × factor. First-order propagation of the two errors (JCGM 100:2008, 5.1.2); the product of both
    /// deviations is left out, which at 5 % and 30 % understates the whole by a hundredth of a percent.
    /// </summary>
    internal static Saving Of(RuleSet rules, Factor factor, Activity activity)
    {
        var amount = activity.AmountIn(factor.Unit.Basis);
        var units = amount.Value / factor.Unit.Size;
        var unitsDeviation = amount.StandardDeviation / factor.Unit.Size;
        return new Saving(
            rules.Id, rules.Version, factor, amount,
            units * factor.Kilograms * GramsPerKilogram,
            unitsDeviation * factor.Kilograms * GramsPerKilogram,
            units * factor.StandardDeviation * GramsPerKilogram);
    }
}
