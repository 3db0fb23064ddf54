using System.Globalization;
using System.Text.RegularExpressions;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>Numbers as pages write them.</summary>
static partial class Numbers
{
    /// <summary>The first whole number in a text: "41 點" is 41, "5,999" is 5999.</summary>
    public static long First(string text) => long.Parse(
        Number().Match(text).Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d[\d,]*")]
    private static partial Regex Number();
}
