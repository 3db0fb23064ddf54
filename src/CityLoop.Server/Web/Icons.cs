using System.Collections.Frozen;

namespace CityLoop.Server.Web;

/// <summary>The city's line icons, drawn on a 24 × 24 grid for a stroke of 1.8.</summary>
static class Icons
{
    static readonly FrozenDictionary<string, string> Shapes = new Dictionary<string, string>
    {
        ["arrow"] = P("M5 12h14M13 6l6 6-6 6"),
        ["back"] = P("M19 12H5M11 6l-6 6 6 6"),
        ["bank"] = P("M4 10l8-6 8 6zM6 10v8M10 10v8M14 10v8M18 10v8M4 20h16"),
        ["bike"] = "<circle cx='6' cy='17' r='3.2'/><circle cx='18' cy='17' r='3.2'/>" + P("M6 17l4-8h5l3 8M10 9H8"),
        ["bus"] =
            "<rect x='5' y='4' width='14' height='13' rx='2'/>" + P("M5 11h14M8 17v3M16 17v3M8.5 14h.01M15.5 14h.01"),
        ["calendar"] = "<rect x='4' y='5' width='16' height='15' rx='2'/>" + P("M4 10h16M8 3v4M16 3v4"),
        ["camera"] = P("M4 8h4l2-3h4l2 3h4v11H4z") + "<circle cx='12' cy='13' r='3.4'/>",
        ["chart"] = P("M4 4v16h16M8 16v-4M12 16V8M16 16v-6"),
        ["check"] = P("M5 12.5l4.5 4.5L19 7.5"),
        ["clock"] = "<circle cx='12' cy='12' r='8.5'/>" + P("M12 7v5l3 2"),
        ["close"] = P("M6 6l12 12M18 6L6 18"),
        ["download"] = P("M12 4v11M7 10.5l5 5 5-5M5 20h14"),
        ["flow"] = P("M4 8h11M12 5l3 3-3 3M20 16H9M12 13l-3 3 3 3"),
        ["gift"] =
            P("M4 10h16v10H4zM3 7h18v3H3zM12 7v13" +
            "M12 7C8 7 7.5 3.5 9.5 3.5 11.5 3.5 12 7 12 7s.5-3.5 2.5-3.5S16 7 12 7"),
        ["globe"] = "<circle cx='12' cy='12' r='8.5'/>" + P("M3.5 12h17M12 3.5c3 3 3 14 0 17M12 3.5c-3 3-3 14 0 17"),
        ["history"] = P("M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.5"),
        ["home"] = P("M4 11l8-7 8 7v9h-5v-6H9v6H4z"),
        ["info"] = "<circle cx='12' cy='12' r='8.5'/>" + P("M12 11v5M12 8h.01"),
        ["key"] = "<circle cx='8' cy='15' r='4'/>" + P("M11 12l8-8M16 7l3 3M14 9l2 2"),
        ["keypad"] = string.Concat(new[] { 6, 12, 18 }.Select(y => Dot(6, y) + Dot(12, y) + Dot(18, y))),
        ["laptop"] = "<rect x='5' y='5' width='14' height='10' rx='1.5'/>" + P("M2.5 19h19"),
        ["leaf"] = P("M20 4C10 4 5 9 5 16v4M5 16c7 0 13-3 15-12"),
        ["loop"] = P("M18.5 8.2A8 8 0 1 0 20 13M20 4.5V9h-4.5"),
        ["mail"] = "<rect x='3.5' y='5.5' width='17' height='13' rx='2'/>" + P("M4 7l8 6 8-6"),
        ["map"] =
            P("" +
            "M12 21c4-4.5 6.5-7.7 6.5-11a6.5 6.5 0 0 0-13 0c0 3.3 2.5 6.5 6.5 11z")
            + "<circle cx='12' cy='10' r='2.3'/>",
        ["mission"] = P("M9 4h6v4H9zM9 6H5v14h14V6h-4M9 14l2 2 4-4"),
        ["more"] = Dot(6, 12) + Dot(12, 12) + Dot(18, 12),
        ["people"] =
            "<circle cx='9' cy='9' r='3.2'/>" + P("M3 19c.6-3.6 3-5.5 6-5.5s5.4 1.9 6 5.5" +
            "M15 6.2a3 3 0 0 1 0 5.6M17.5 14.2c2 .7 3.1 2.3 3.5 4.8"),
        ["person"] = "<circle cx='12' cy='8' r='4'/>" + P("M4 21c1-5 4-7 8-7s7 2 8 7"),
        ["phone"] = "<rect x='7' y='3' width='10' height='18' rx='2.2'/>" + P("M11 18h2"),
        ["plus"] = P("M12 5v14M5 12h14"),
        ["print"] = P("M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z"),
        ["qr"] = P("M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v.01M14 20h.01M17.5 17.5H20V20h-2.5"),
        ["receipt"] = P("M6 3.5h12V21l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6"),
        ["refund"] = P("M9 6L4 11l5 5M4 11h10a6 6 0 0 1 6 6v1"),
        ["search"] = "<circle cx='11' cy='11' r='6.5'/>" + P("M16 16l4.5 4.5"),
        ["shield"] = P("M12 3l8 3.5V12c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6.5zM9 12l2 2 4-4"),
        ["shop"] =
            P("M4 10l1.5-6h13L20 10M5 12v8h14v-8M4 10c0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0M10 20v-4h4v4"),
        ["sign-out"] = P("M10 4H5v16h5M15 8l4 4-4 4M19 12H9"),
        ["spot"] = P("M5 21V9l7-5 7 5v12M9 21v-6h6v6"),
        ["stamp"] =
            P("M6 20h12M5 16h14v-2c0-1-1-2-2-2h-3c-1 0-.5-2 .5-4a2.6 2.6 0 1 0-5 0c1 2 1.5 4 .5 4H7c-1 0-2 1-2 2z"),
        ["star"] = P("M12 4l2.5 5.2 5.5.8-4 4 1 5.6-5-2.7-5 2.7 1-5.6-4-4 5.5-.8z"),
        ["ticket"] = P("M4 7h16v3.5a1.7 1.7 0 0 0 0 3V17H4v-3.5a1.7 1.7 0 0 0 0-3zM14 7v10"),
        ["today"] = P("M4 5h7v8H4zM14 5h6v5h-6zM14 13h6v6h-6zM4 16h7v3H4z"),
        ["train"] =
            "<rect x='6' y='3' width='12' height='14' rx='3'/>"
                + P("M6 10h12M9 13.5h.01M15 13.5h.01M9 17l-2 4M15 17l2 4"),
        ["trash"] = P("M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13"),
        ["twin"] = P("M9 3h6M10 3v6l-5 9c-.6 1.3.2 3 2 3h10c1.8 0 2.6-1.7 2-3l-5-9V3M8 15h8"),
        ["wallet"] = P("M4 7h15v12H4zM4 7l11-3v3M15 13h4"),
        ["warning"] = P("M12 4l9 16H3zM12 10v4.5M12 17.5h.01"),
    }.ToFrozenDictionary();

    public static IEnumerable<string> Names => Shapes.Keys;

    public static string Shape(string name) => Shapes.TryGetValue(name, out var shape)
        ? shape
        : throw new KeyNotFoundException($"There is no icon '{name}'. Web/Icons.cs has them all.");

    static string Dot(int x, int y) => $"<circle cx='{x}' cy='{y}' r='.9'/>";

    static string P(string path) => $"<path d='{path}'/>";
}
