using CityLoop.Missions.Reading;

namespace CityLoop.Missions;

/// <summary>What the city has that a mission can name; an empty list is not checked.</summary>
/// <param name="Spots">Names of spots.</param>
/// <param name="Budgets">Names of budgets, and the currency that each holds.</param>
/// <param name="Currencies">Codes of currencies.</param>
/// <param name="Languages">Languages that every text must speak.</param>
public sealed record CityNames(
    IReadOnlyCollection<string> Spots,
    IReadOnlyDictionary<string, string> Budgets,
    IReadOnlyCollection<string> Currencies,
    IReadOnlyCollection<string> Languages)
{
    /// <summary>No city: only the document's own rules are checked.</summary>
    public static readonly CityNames None = new([], new Dictionary<string, string>(), [], []);
}

/// <summary>A mission, or every reason why the document is not one.</summary>
/// <param name="Mission">Null when there are problems.</param>
/// <param name="Problems">In the order of the document.</param>
public sealed record MissionReading(Mission? Mission, IReadOnlyList<Problem> Problems);

/// <summary>The mission language, version 1: JSON as <c>docs/reference/missions.md</c> describes it.</summary>
public static class MissionDocument
{
    /// <summary>The JSON Schema that is published for editors; the reader refuses whatever it refuses.</summary>
    public static string Schema { get; } = ReadSchema();

    /// <summary>Reads a document of at most 256 KiB of UTF-8. Never throws on what it reads.</summary>
    public static MissionReading Read(byte[] utf8, CityNames city)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        if (utf8.AsSpan().StartsWith(byteOrderMark))
            utf8 = utf8[3..];

        var problems = new ProblemList(utf8);
        Mission? mission = null;
        if (JsonTree.Read(utf8, problems) is { } root)
        {
            mission = new MissionReader(problems).Read(root);
            if (problems.IsEmpty)
                new MissionRules(problems, city).Check(root, mission);
        }

        return new MissionReading(problems.IsEmpty ? mission : null, problems.InOrder());
    }

    static string ReadSchema()
    {
        using var stream = typeof(MissionDocument).Assembly.GetManifestResourceStream("mission.schema.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
