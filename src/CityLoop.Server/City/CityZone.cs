namespace CityLoop.Server.City;

/// <summary>Time zones by IANA name, also on a machine without the package tzdata.</summary>
static class CityZone
{
    /// <summary>
    /// Zones that have kept one offset since 1980 and so need no table. A minimal Debian carries no tzdata, and the
    /// demo city must run there.
    /// </summary>
    static readonly Dictionary<string, TimeSpan> WithoutSummerTime = new()
    {
        ["Asia/Taipei"] = TimeSpan.FromHours(8),
        ["Asia/Tokyo"] = TimeSpan.FromHours(9),
        ["Etc/UTC"] = TimeSpan.Zero,
    };

    /// <summary>The zone, or null when neither the machine nor the table above knows it.</summary>
    public static TimeZoneInfo? Find(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : WithoutSummerTime.TryGetValue(name, out var offset)
            ? TimeZoneInfo.CreateCustomTimeZone(name, offset, name, name)
        : null;
}
