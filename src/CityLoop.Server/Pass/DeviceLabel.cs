namespace CityLoop.Server.Pass;

/// <summary>What a person recognises a browser by: "iPhone · Safari". Nothing finer is kept.</summary>
static class DeviceLabel
{
    // Order matters: browsers name the ones they descend from, and phones name Linux.
    static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
        ("Macintosh", "Mac"), ("Linux", "Linux"),
    ];

    static readonly (string Mark, string Name)[] Browsers =
    [
        ("Line/", "LINE"), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
    ];

    public static string Of(string? userAgent)
    {
        var system = NameIn(Systems, userAgent);
        var browser = NameIn(Browsers, userAgent);
        return (system, browser) switch
        {
            (null, null) => "?",
            (null, _) => browser,
            (_, null) => system,
            _ => $"{system} · {browser}",
        };
    }

    /// <summary>The device alone, as a first name for its passkey.</summary>
    public static string SystemOf(string? userAgent) => NameIn(Systems, userAgent) ?? "?";

    static string? NameIn((string Mark, string Name)[] names, string? userAgent) =>
        names.FirstOrDefault(n => userAgent?.Contains(n.Mark, StringComparison.Ordinal) == true).Name;
}
