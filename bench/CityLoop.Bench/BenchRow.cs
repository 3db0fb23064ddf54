using System.Text.Json.Serialization;

namespace CityLoop.Bench;

/// <summary>One measured figure, beside the reference of the same run and the bound that it must keep.</summary>
/// <param name="Ratio">Value through reference; null where there is no reference.</param>
/// <param name="Must">The bound in words: "≥ 10 ×", "≤ 15 s".</param>
sealed record BenchRow(
    string Name, double Value, string Unit, double? Reference, double? Ratio, string? Must, bool? Met)
{
    /// <summary>A speed that must be at least so many times the reference's.</summary>
    public static BenchRow Times(string name, double value, string unit, double reference, double atLeast) =>
        new(name, value, unit, reference, value / reference, $"≥ {atLeast:0.#} ×", value / reference >= atLeast);

    /// <summary>A figure that must be at least a bound.</summary>
    public static BenchRow AtLeast(string name, double value, string unit, double atLeast, double reference) =>
        new(name, value, unit, reference, value / reference, $"≥ {atLeast:#,0.#}", value >= atLeast);

    /// <summary>A figure that must be at most a bound.</summary>
    public static BenchRow AtMost(string name, double value, string unit, double atMost) =>
        new(name, value, unit, null, null, $"≤ {atMost:#,0.#} {unit}", value <= atMost);

    /// <summary>A time that may be at most so many times the reference's.</summary>
    public static BenchRow AtMostTimes(string name, double value, string unit, double reference, double atMost) =>
        new(name, value, unit, reference, value / reference, $"≤ {atMost:0.#} ×", value / reference <= atMost);

    /// <summary>A figure that others are measured against, or that only informs.</summary>
    public static BenchRow Plain(string name, double value, string unit) =>
        new(name, value, unit, null, null, null, null);
}

/// <summary>What a bench leaves in <c>bench/results</c>.</summary>
sealed record BenchReport(string Machine, IReadOnlyList<BenchRow> Rows);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
sealed partial class BenchJson : JsonSerializerContext;
