using System.Text.Json;
using System.Text.RegularExpressions;

namespace CityLoop.Missions.Tests;

/// <summary>The page that officers read says what the reader does.</summary>
public sealed class ReferenceTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(Rally.Root, "docs/reference/missions.md"));

    [Fact]
    public void The_example_of_the_reference_is_a_mission() =>
        Rally.Read(Regex.Match(Page, "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value)
            .Rewards.Count.ShouldBe(2);

    [Fact]
    public void Every_field_and_every_verdict_is_on_the_page()
    {
        var fields = new HashSet<string>();
        CollectFields(JsonDocument.Parse(MissionDocument.Schema).RootElement, fields);
        fields.Count.ShouldBeGreaterThan(30);
        fields.Where(field => !Page.Contains($"`{field}`", StringComparison.Ordinal)).ShouldBeEmpty();
        Enum.GetNames<Verdict>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)
            .Where(verdict => !Page.Contains($"`{verdict}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    static void CollectFields(JsonElement schema, HashSet<string> fields)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        foreach (var keyword in schema.EnumerateObject())
        {
            if (keyword.Name == "properties")
                fields.UnionWith(keyword.Value.EnumerateObject().Select(field => field.Name));
            CollectFields(keyword.Value, fields);
        }
    }
}
