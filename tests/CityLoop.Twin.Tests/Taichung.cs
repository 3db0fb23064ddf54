using System.Globalization;
using CityLoop.Missions;

namespace CityLoop.Twin.Tests;

/// <summary>The demo city as its pack tells it: the real districts, spots and rally.</summary>
static class Taichung
{
    public static string Folder { get; } = FindFolder();

    public static IReadOnlyList<TwinDistrict> Districts { get; } =
    [
        .. File.ReadLines(Path.Combine(Folder, "districts.csv")).Skip(1).Select(line => line.Split(','))
            .Select(f => new TwinDistrict(f[0], Whole(f[6]), Whole(f[7]) + Whole(f[8]), Degrees(f[9]), Degrees(f[10]))),
    ];

    public static IReadOnlyList<TwinSpot> Spots { get; } =
    [
        .. File.ReadLines(Path.Combine(Folder, "spots.csv")).Skip(1).Select(line => line.Split(','))
            .Select(f => new TwinSpot(f[0], Degrees(f[5]), Degrees(f[6]))),
    ];

    public static Mission Rally { get; } = Read(
        File.ReadAllBytes(Path.Combine(Folder, "missions", "heritage-rally.json")));

    public static Population People { get; } = Population.Of(Districts, 100);

    /// <summary>6,000 places of 100 points and 3 % back, as published.</summary>
    public static TwinPolicy Policy { get; } = new()
    {
        Mission = Rally,
        Budgets = new Dictionary<string, long> { ["rally-2026"] = 600_000, ["rebate-2026"] = 30_000_000 },
        RebatePercent = 3,
        RebateBudget = "rebate-2026",
        CurrencyCode = "TCP",
        CurrencyScale = 0,
        LastDay = earned => earned.AddMonths(6),
        Spots = Spots,
    };

    /// <summary>A world in which everything is decided: for tests that count by hand.</summary>
    public static Behaviour Certain { get; } = new()
    {
        Programme = new(1, 1),
        Participation = new(1, 1),
        Outings = new(0.1, 0.1),
        ReachKilometres = new(10, 10),
        ShoppingPerMonth = new(2, 2),
        Forgetting = new(0, 0),
        RewardResponse = new(0, 0),
        RebateResponse = new(0, 0),
    };

    public static Mission Read(byte[] document)
    {
        var reading = MissionDocument.Read(document, CityNames.None);
        reading.Problems.ShouldBeEmpty();
        return reading.Mission!;
    }

    static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static double Degrees(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    static string FindFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CityLoop.slnx")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "cities", "demo");
    }
}
