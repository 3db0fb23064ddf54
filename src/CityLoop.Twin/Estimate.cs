namespace CityLoop.Twin;

/// <summary>What several seeds say of one figure.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Low">5 of 100 seeds stay below it.</param>
/// <param name="High">5 of 100 seeds pass it.</param>
public readonly record struct Estimate(double Mean, double Low, double High)
{
    /// <summary>
    /// Mean and 5 to 95 % interval of the values. Between two values the quantile runs straight (Hyndman and Fan 1996,
    /// type 7, the default of R and NumPy). With one value all three are that value.
    /// </summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Estimate Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("An estimate needs at least one value.", nameof(values));
        return new Estimate(sorted.Average(), Quantile(sorted, 0.05), Quantile(sorted, 0.95));
    }

    /// <summary>To a tenth: what stands behind it is noise of the arithmetic, never knowledge.</summary>
    public Estimate Rounded() => new(Math.Round(Mean, 1), Math.Round(Low, 1), Math.Round(High, 1));

    static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
