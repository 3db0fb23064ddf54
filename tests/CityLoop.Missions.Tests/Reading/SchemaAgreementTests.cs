using System.Text;
using System.Text.Json.Nodes;
using CityLoop.Missions.Reading;

namespace CityLoop.Missions.Tests.Reading;

/// <summary>What an editor accepts by the published schema and what the city accepts are the same form.</summary>
public sealed class SchemaAgreementTests
{
    static readonly SmallSchema Schema = new(JsonNode.Parse(MissionDocument.Schema)!.AsObject());

    /// <summary>Rules between fields, which a schema cannot say.</summary>
    static readonly ProblemCode[] BeyondSchema =
    [
        ProblemCode.NameTwice, ProblemCode.NameUnknown, ProblemCode.PeriodLength, ProblemCode.LanguageMissing,
        ProblemCode.StampsOutOfReach, ProblemCode.AnswerIsNotAChoice,
    ];

    [Fact]
    public void Both_accept_the_rally()
    {
        Schema.Accepts(JsonNode.Parse(Rally.Text)).ShouldBeTrue();
        MissionDocument.Read(Rally.Document, CityNames.None).Mission.ShouldNotBeNull();
    }

    [Fact]
    public void Both_accept_or_refuse_the_same_of_thousands_of_changed_rallies()
    {
        var (accepted, refused) = (0, 0);
        foreach (var (what, document) in ChangedRallies())
        {
            var problems = MissionDocument.Read(Encoding.UTF8.GetBytes(document), CityNames.None).Problems;
            var formIsRight = problems.All(p => BeyondSchema.Contains(p.Code) || IsUnspokenLanguage(p));
            Schema.Accepts(JsonNode.Parse(document)).ShouldBe(formIsRight, $"{what}\n{string.Join("\n", problems)}");
            if (formIsRight)
                accepted++;
            else
                refused++;
        }

        accepted.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(1_000);
    }

    // A text in a language that the document does not list: the schema knows the form of tags only.
    static bool IsUnspokenLanguage(Problem problem) =>
        problem.Code == ProblemCode.FieldUnknown
        && problem.Arguments[0] is "fr" or "zh-TW" or "en" or "ja"
        && problem.Arguments[1].Split(", ").All(known => known is "zh-TW" or "en" or "ja");

    /// <summary>At every place of the rally: the field away, another value there, an unknown field beside it.</summary>
    static IEnumerable<(string What, string Document)> ChangedRallies()
    {
        var paths = new List<object[]>();
        Collect(OneSpot(), [], paths);
        string[] values =
        [
            "null", "true", "0", "1", "3", "-1", "1.5", "101", "1001", "86401", "1000001", "1000000001", "1e30",
            "\"\"", "\" \"", "\"every-one\"", "\"everyone\"", "\"once\"", "\"daily\"", "\"TCP\"", "\"A B\"",
            "\"zh-TW\"", "\"2026-12-01\"", "\"2026-13-01\"", "\"a\\nb\"",
            $"\"{new string('x', 401)}\"", $"\"{new string('x', 81)}\"", "[]", "{}", "[\"old-station\"]",
            "{\"en\":\"x\"}", "{\"fr\":\"x\"}", "{\"stamps\":1}", "{\"stamps\":1,\"atMost\":2}",
        ];
        foreach (var path in paths)
        {
            var say = string.Join("/", path);
            yield return ($"without {say}", Change(path, (parent, key) => Remove(parent, key)));
            foreach (var value in values)
                yield return (
                    $"{say} = {value}", Change(path, (parent, key) => Set(parent, key, JsonNode.Parse(value))));
            foreach (var name in new[] { "fr", "every", "unknown", "name" })
                yield return (
                    $"{name} beside {say}", Change(path, (parent, _) => (parent as JsonObject)?.TryAdd(name, "x")));
        }
    }

    /// <summary>The rally with one spot: the other six are alike, and thousands of changes are to be tried.</summary>
    static JsonNode OneSpot()
    {
        var rally = JsonNode.Parse(Rally.Text)!;
        var spots = rally["what"]!.AsArray();
        while (spots.Count > 1)
            spots.RemoveAt(1);
        return rally;
    }

    // The members of a list are alike; the first one of each keeps the test quick.
    static void Collect(JsonNode node, object[] path, List<object[]> paths)
    {
        if (path.Length > 0)
            paths.Add(path);
        if (node is JsonObject fields)
            foreach (var (name, value) in fields)
                Collect(value!, [.. path, name], paths);
        if (node is JsonArray members)
            for (var i = 0; i < Math.Min(members.Count, 1); i++)
                Collect(members[i]!, [.. path, i], paths);
    }

    static string Change(object[] path, Action<JsonNode, object> change)
    {
        var root = OneSpot();
        var parent = path[..^1].Aggregate(root, (node, key) => key is int i ? node[i]! : node[(string)key]!);
        change(parent, path[^1]);
        return root.ToJsonString();
    }

    static void Remove(JsonNode parent, object key)
    {
        if (key is int i)
            parent.AsArray().RemoveAt(i);
        else
            parent.AsObject().Remove((string)key);
    }

    static void Set(JsonNode parent, object key, JsonNode? value)
    {
        if (key is int i)
            parent[i] = value;
        else
            parent[(string)key] = value;
    }
}
