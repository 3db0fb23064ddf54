using System.Text.RegularExpressions;

namespace CityLoop.Server.Tests.Tidy;

/// <summary>
/// Who may know whom: projects as design decided, capabilities as <c>docs/reference/borders.md</c> lists.
/// </summary>
public sealed partial class BordersTests
{
    const string Server = "src/CityLoop.Server";
    const string Table = "docs/reference/borders.md";

    /// <summary>Known to every capability; of Operations only <see cref="OfOperations"/>.</summary>
    static readonly HashSet<string> Ground = ["Shared", "City", "Ledger", "Web", "Operations"];

    /// <summary>What verbs and a demo's seeds are made of.</summary>
    static readonly HashSet<string> OfOperations = ["Verb", "ExitCode", "CommandOutput", "CityOptions", "DemoSeed"];

    /// <summary>They put the capabilities together and know them all.</summary>
    static readonly HashSet<string> Roots = [$"{Server}/Web/CityApplication.cs", $"{Server}/Operations/CommandLine.cs"];

    static readonly Dictionary<string, string[]> Projects = new()
    {
        ["CityLoop.Ledger"] = [],
        ["CityLoop.Missions"] = ["CityLoop.Ledger"],
        ["CityLoop.Carbon"] = [],
        ["CityLoop.Twin"] = ["CityLoop.Carbon", "CityLoop.Ledger", "CityLoop.Missions"],
        ["CityLoop.Server"] = ["CityLoop.Carbon", "CityLoop.Ledger", "CityLoop.Missions", "CityLoop.Twin"],
    };

    [Fact]
    public void A_project_knows_only_what_the_design_lets_it_know()
    {
        var found = SourceTree.In(["src"], ".csproj").ToDictionary(
            p => Path.GetFileNameWithoutExtension(p),
            p => ReferencedProject().Matches(SourceTree.Text(p)).Select(m => m.Groups[1].Value).Order().ToArray());

        found.Keys.ShouldBe(Projects.Keys, ignoreOrder: true, "a sixth project needs a written decision");
        foreach (var (project, references) in found)
            references.ShouldBe(Projects[project], $"{project}'s references");
    }

    [Theory]
    [InlineData("CityLoop.Ledger")]
    [InlineData("CityLoop.Missions")]
    [InlineData("CityLoop.Carbon")]
    [InlineData("CityLoop.Twin")]
    public void A_pure_project_needs_no_package(string project) =>
        SourceTree.Text($"src/{project}/{project}.csproj").ShouldNotContain("PackageReference");

    [Fact]
    public void Capabilities_meet_only_where_the_table_allows_it()
    {
        var met = SourceTree.In([Server], ".cs", ".razor").Except(Roots).SelectMany(Meetings).ToList();
        met.ShouldNotBeEmpty("The search for meetings is broken.");
        var allowed = Allowed();

        met.Where(m => !Ground.Contains(m.To) && !allowed.Contains((m.From, m.To)))
            .Select(m => $"{m.File}: {m.From} knows {m.To}")
            .ShouldBeEmpty($"Meet through a type that is allowed, or add a row with its reason to {Table}.");
        allowed.Except(met.Select(m => (m.From, m.To))).ShouldBeEmpty($"Take these rows out of {Table}.");
    }

    [Fact]
    public void No_two_capabilities_know_each_other()
    {
        var allowed = Allowed();

        allowed.Where(pair => allowed.Contains((pair.Item2, pair.Item1)))
            .ShouldBeEmpty("One of them owns what both need; the other asks for it.");
    }

    [Fact]
    public void Of_the_operators_room_capabilities_know_what_a_verb_and_a_seed_are_made_of()
    {
        var types = SourceTree.In([$"{Server}/Operations"], ".cs")
            .SelectMany(file => DeclaredType().Matches(SourceTree.Text(file)))
            .Select(m => m.Groups[1].Value).ToHashSet();
        OfOperations.Except(types).ShouldBeEmpty();
        var text = SourceTree.Text(Table);
        OfOperations.ShouldAllBe(type => text.Contains($"`{type}`", StringComparison.Ordinal));

        SourceTree.In([Server], ".cs", ".razor").Except(Roots)
            .Where(file => file != $"{Server}/Program.cs" && Meetings(file).Any(m => m.To == "Operations"))
            .SelectMany(file => Word().Matches(SourceTree.Text(file)).Select(m => m.Value).Distinct()
                .Where(word => types.Contains(word) && !OfOperations.Contains(word))
                .Select(word => $"{file} knows {word}"))
            .ShouldBeEmpty($"Capabilities may use {string.Join(", ", OfOperations)}.");
    }

    [Fact]
    public void What_all_stand_on_knows_no_capability()
    {
        string[] ground = [$"{Server}/Shared", $"{Server}/City", $"{Server}/Ledger"];

        SourceTree.In(ground, ".cs", ".razor").Except(Roots).SelectMany(Meetings)
            .Where(m => !Ground.Contains(m.To) || (m.From == "Shared" && m.To != "Shared"))
            .Select(m => $"{m.File} knows {m.To}").ShouldBeEmpty();
    }

    [Fact]
    public void The_overview_prints_the_same_table() =>
        SourceTree.Text("ARCHITECTURE.md").ShouldContain(string.Join('\n', Rows()));

    static IEnumerable<(string File, string From, string To)> Meetings(string file)
    {
        var from = file[(Server.Length + 1)..].Split('/')[0];
        return NamedCapability().Matches(SourceTree.Text(file)).Select(m => m.Groups[1].Value).Distinct()
            .Where(to => to != from && Directory.Exists(Path.Combine(CityLoop.Server.Shared.Checkout.Root, Server, to)))
            .Select(to => (file, from, to));
    }

    static HashSet<(string, string)> Allowed() =>
        [.. Rows().Select(row => row.Split('|', StringSplitOptions.TrimEntries)).Select(cells => (cells[1], cells[2]))];

    static IEnumerable<string> Rows() =>
        SourceTree.Lines(Table).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1);

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/([\w.]+)\.csproj""")]
    private static partial Regex ReferencedProject();

    [GeneratedRegex(@"^[a-z][a-z ]*(?:class|record|struct|enum) ([A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex DeclaredType();

    [GeneratedRegex(@"(?<!\.)\b[A-Z]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\bCityLoop\.Server\.([A-Z]\w*)")]
    private static partial Regex NamedCapability();
}
