using System.Globalization;

namespace CityLoop.Carbon;

/// <summary>Why a number is what it is: everything needed to work it out again by hand.</summary>
public static class Explanation
{
    /// <summary>
    /// The formula with its numbers, in signs and units that need no language:
    /// <c>12.4 km × 0.057 kgCO2e/km = 0.7068 kg</c>.
    /// </summary>
    /// <param name="amount">What was counted.</param>
    /// <param name="unit">The factor's unit.</param>
    /// <param name="kilograms">The factor.</param>
    /// <param name="grams">What came out.</param>
    /// <param name="words">The words for a kilometre, a segment and a ride; null for the international ones.</param>
    public static string Formula(
        double amount, FactorUnit unit, double kilograms, double grams, UnitWords? words = null)
    {
        words ??= UnitWords.International;
        var counted = words.Of(unit.Basis);
        var steps = unit.Size == 1 ? "" : $" ÷ {Plain(unit.Size)} {counted}";
        var per = unit.Size == 1 ? counted : $"{Plain(unit.Size)} {counted}";
        return $"{Plain(amount)} {counted}{steps} × {Plain(kilograms)} kgCO2e/{per} = {Plain(grams / 1_000)} kg";
    }

    /// <summary>Up to six digits behind the point, without the noise of binary fractions.</summary>
    static string Plain(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);
}

/// <summary>The words for what factors count, in the reader's language.</summary>
public sealed record UnitWords(string Kilometre, string Segment, string Ride)
{
    /// <summary>As they stand in published tables.</summary>
    public static UnitWords International { get; } = new("km", "segment", "ride");

    /// <summary>The word for one basis.</summary>
    public string Of(FactorBasis basis) => basis switch
    {
        FactorBasis.Kilometre => Kilometre,
        FactorBasis.Segment => Segment,
        _ => Ride,
    };
}
