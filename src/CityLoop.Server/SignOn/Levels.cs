using System.Globalization;

namespace CityLoop.Server.SignOn;

/// <summary>How levels of assurance are called in the protocol (<c>acr</c>).</summary>
static class Levels
{
    const string Prefix = "urn:cityloop:level:";

    /// <summary>0 self-asserted, 1 contact verified, 2 identity checked.</summary>
    public const int Max = 2;

    public static readonly IReadOnlyList<string> All = [.. Enumerable.Range(0, Max + 1).Select(Written)];

    public static string Written(int level) => Prefix + level.ToString(CultureInfo.InvariantCulture);

    /// <summary>The level; null for a name that is none of ours.</summary>
    public static int? Read(string acr) =>
        All.Index().Where(level => level.Item == acr).Select(level => (int?)level.Index).SingleOrDefault();
}
