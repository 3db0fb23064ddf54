using System.Globalization;
using CityLoop.Carbon;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Carbon;

/// <summary>Grams, modes and formulas as a person reads them.</summary>
static class CarbonWords
{
    const double GramsPerKilogram = 1_000;

    /// <summary>"194 g" below a kilogram, "3.2 kg" from there on.</summary>
    public static string Grams(this Texts texts, double grams) => grams < GramsPerKilogram
        ? texts["carbon.grams", Number(grams, "0")]
        : texts["carbon.kilograms", Number(grams / GramsPerKilogram, "#,0.0")];

    /// <summary>"± 58 g": the standard deviation, in the unit of the value.</summary>
    public static string PlusMinus(this Texts texts, AvoidedGrams avoided) => texts[
        "carbon.plusMinus",
        avoided.Value < GramsPerKilogram
            ? texts["carbon.grams", Number(avoided.StandardDeviation, "0")]
            : texts["carbon.kilograms", Number(avoided.StandardDeviation / GramsPerKilogram, "#,0.0")]];

    /// <summary>"3.2" kilograms, for tables.</summary>
    public static string Kilograms(double grams) => Number(grams / GramsPerKilogram, "#,0.0");

    /// <summary>"12.4": no more digits than a partner can know.</summary>
    public static string Kilometres(double kilometres) => Number(kilometres, "0.#");

    public static string Mode(this Texts texts, TravelMode mode) => texts[$"carbon.{mode.Name()}"];

    public static string Icon(TravelMode mode) => mode switch
    {
        TravelMode.Bus => "bus",
        TravelMode.Metro => "train",
        _ => "bike",
    };

    /// <summary>The formula of a saving, in the reader's words.</summary>
    public static string Formula(this Texts texts, TripSaving saving) => Explanation.Formula(
        saving.Amount, FactorUnit.Find(saving.Unit)!.Value, saving.Kilograms, saving.Grams, Units(texts));

    /// <summary>"0.295 kgCO2e / segment".</summary>
    public static string Factor(this Texts texts, TripSaving saving) =>
        $"{FactorValue(saving.Kilograms)} {texts.UnitOf(FactorUnit.Find(saving.Unit)!.Value)}";

    /// <summary>"0.295".</summary>
    public static string FactorValue(double kilograms) => Number(kilograms, "0.######");

    /// <summary>"kgCO2e / segment".</summary>
    public static string UnitOf(this Texts texts, FactorUnit unit)
    {
        var size = unit.Size == 1 ? "" : Number(unit.Size, "0.###") + " ";
        return $"kgCO2e / {size}{Units(texts).Of(unit.Basis)}";
    }

    static UnitWords Units(Texts texts) => new(
        texts["carbon.unitKilometre"], texts["carbon.unitSegment"], texts["carbon.unitRide"]);

    static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
