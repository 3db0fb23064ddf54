using System.Text;

namespace CityLoop.Missions.Tests;

/// <summary>The rally of the demo city, as it is published: the very document that production pays from.</summary>
static class Rally
{
    public static readonly string Root = FindRoot();

    public static readonly byte[] Document =
        File.ReadAllBytes(Path.Combine(Root, "cities/demo/missions/heritage-rally.json"));

    public static string Text => Encoding.UTF8.GetString(Document);

    public static Mission Mission { get; } = Read(Text);

    public static readonly Guid Meiling = new("018f0000-0000-7000-8000-000000000001");

    public static readonly DateTime Noon = new(2026, 11, 21, 12, 0, 0);

    public static Mission Read(string json)
    {
        var reading = MissionDocument.Read(Encoding.UTF8.GetBytes(json), CityNames.None);
        reading.Problems.ShouldBeEmpty();
        return reading.Mission!;
    }

    /// <summary>The right answer at a spot.</summary>
    public static Act Right(string spot, DateTime? at = null, Mission? mission = null) =>
        new(Meiling, spot, at ?? Noon)
        {
            Spot = spot,
            Answer = (mission ?? Mission).ActivityOf(spot)!.Quiz?.Answer,
        };

    /// <summary>A wrong answer at a spot.</summary>
    public static Act Wrong(string spot, DateTime? at = null) =>
        Right(spot, at) with { Answer = Mission.ActivityOf(spot)!.Quiz!.Answer % 3 + 1 };

    /// <summary>One act after the other; all effects, and the last evaluation.</summary>
    public static (PersonState State, List<Effect> Effects, Evaluation Last) Live(Mission mission, params Act[] acts)
    {
        var state = PersonState.Empty;
        List<Effect> effects = [];
        Evaluation? last = null;
        foreach (var act in acts)
        {
            last = Evaluator.Evaluate(mission, state, act);
            state = last.State;
            effects.AddRange(last.Effects);
        }

        return (state, effects, last!);
    }

    public static string[] Spots { get; } = [.. Mission.Activities.Select(a => a.Id)];

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "CityLoop.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException("The tests run inside the repository.");
    }
}
