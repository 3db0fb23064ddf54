using System.Globalization;

namespace CityLoop.Server.Insights;

/// <summary>How a figure moved, as an officer reads it.</summary>
static class Changes
{
    /// <summary>
    /// "+1.2 %", "−18 %"; null where there was nothing before, because a share of nothing says nothing.
    /// </summary>
    public static string? Share(long now, long before)
    {
        if (before <= 0)
            return null;
        var percent = (now - before) * 100m / before;
        var rounded = Math.Abs(percent) < 10 ? Math.Round(percent, 1) : Math.Round(percent);
        var digits = Math.Abs(rounded).ToString("#,0.#", CultureInfo.InvariantCulture);
        return rounded == 0 ? "0 %" : $"{(rounded > 0 ? "+" : "\u2212")}{digits} %";
    }

    /// <summary>The class that colours it: less is not always bad, but it is always worth a look.</summary>
    public static string? Tone(long now, long before) => now.CompareTo(before) switch
    {
        > 0 => "up",
        < 0 => "down",
        _ => null,
    };
}
