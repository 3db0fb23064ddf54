using System.Globalization;
using CityLoop.Carbon;
using CityLoop.Server.City;

namespace CityLoop.Server.Carbon;

/// <summary>A rule set with the name that people know it by.</summary>
sealed record NamedRuleSet(RuleSet Rules, LocalNames Names);

/// <summary>A company that confirms trips of one mode.</summary>
sealed record Partner(string Id, LocalNames Names, TravelMode Mode);

/// <summary>What the city pack says about carbon: rule sets side by side, and who may confirm trips.</summary>
sealed class CityRules
{
    const string RuleSetsFile = "factors/rule-sets.csv";
    const string NamesFile = "factors/rule-set-names.csv";
    const string PartnersFile = "partners.csv";

    public required IReadOnlyList<NamedRuleSet> RuleSets { get; init; }

    public required IReadOnlyList<Partner> Partners { get; init; }

    /// <summary>What publishers add to their factors, by factor and version.</summary>
    public required IReadOnlyDictionary<(string Factor, string Version), LocalNames> Notes { get; init; }

    public Partner? PartnerOf(string id) => Partners.FirstOrDefault(partner => partner.Id == id);

    /// <summary>The name of a rule set; one that the pack no longer has is called by its id.</summary>
    public string NameOf(string ruleSet, string language) =>
        RuleSets.FirstOrDefault(named => named.Rules.Id == ruleSet)?.Names[language] ?? ruleSet;

    /// <summary>The publisher's note in a language; as it was kept where the pack has another version by now.</summary>
    public string NoteOf(TripSaving saving, string language) =>
        Notes.TryGetValue((saving.Factor, saving.Version), out var note) ? note[language] : saving.Note;

    /// <summary>Savings in the order of the pack; those of rule sets that it no longer has come last.</summary>
    public IEnumerable<TripSaving> InOrder(IEnumerable<TripSaving> savings) => savings.OrderBy(saving =>
        RuleSets.TakeWhile(named => named.Rules.Id != saving.RuleSet).Count());

    /// <summary>Reads and checks what the pack says.</summary>
    /// <exception cref="CityPackException">Lists all that is wrong.</exception>
    public static CityRules Load(CityPack city)
    {
        var problems = new List<PackProblem>();
        var rows = RuleRows(city, problems);
        var taken = new HashSet<string>();
        var names = PackTable.Read(
            city.Folder, NamesFile, ["rule_set", .. city.Languages], problems,
            row => (Id: row.Handle("rule_set", taken), Names: row.Names(city.Languages)));
        foreach (var id in rows.Select(row => row.RuleSet).Distinct().Where(id => names.All(name => name.Id != id)))
            problems.Add(new(NamesFile, 1, $"the rule set '{id}' has no name", $"Add a row for {id}"));
        var partners = PartnersOf(city, problems);
        if (problems.Count > 0)
            throw new CityPackException(city.Folder, problems);

        return new CityRules
        {
            RuleSets = [.. rows.GroupBy(row => (row.RuleSet, row.Version)).Select(group => new NamedRuleSet(
                new RuleSet(group.Key.RuleSet, group.Key.Version, group.Select(row => row.Factor)),
                names.First(name => name.Id == group.Key.RuleSet).Names))],
            Partners = partners,
            Notes = rows.ToDictionary(row => (row.Factor.Id, row.Version), row => row.Note),
        };
    }

    static IReadOnlyList<RuleRow> RuleRows(CityPack city, List<PackProblem> problems)
    {
        var seen = new Dictionary<(string, TravelMode), string>();
        var versions = new Dictionary<string, string>();
        return PackTable.Read(
            city.Folder, RuleSetsFile,
            [
                "rule_set", "version", "mode", "kilograms", "unit", "year", "source", "confirmed",
                "standard_deviation", .. city.Languages.Select(language => $"note_{language}"),
            ],
            problems, row =>
            {
                var (ruleSet, version, mode) = (row.Text("rule_set"), row.Text("version"), ModeOf(row));
                // By the word in the file: a word that is no mode has been told and has no name.
                var word = row.Optional("mode");
                if (!seen.TryAdd((ruleSet, mode), version))
                    row.Wrong("mode", $"'{word}' stands twice in {ruleSet}", "Keep one of the two rows");
                if (!versions.TryAdd(ruleSet, version) && versions[ruleSet] != version)
                    row.Wrong("version", $"is '{version}', but {ruleSet} has '{versions[ruleSet]}' above",
                        "Give all rows of a rule set one version");
                var note = new LocalNames(city.Languages.ToDictionary(
                    language => language, language => row.Optional($"note_{language}") ?? ""));
                return new RuleRow(ruleSet, version, note, new Factor(
                    $"{ruleSet}/{word}", mode, Kilograms(row, "kilograms") ?? 0, UnitOf(row),
                    row.Text("year"), row.Text("source"), Confirmed(row), Kilograms(row, "standard_deviation"),
                    note[city.Languages[0]]));
            });
    }

    static IReadOnlyList<Partner> PartnersOf(CityPack city, List<PackProblem> problems)
    {
        var taken = new HashSet<string>();
        return PackTable.Read(
            city.Folder, PartnersFile, ["id", .. city.Languages, "mode"], problems,
            row => new Partner(row.Handle("id", taken), row.Names(city.Languages), ModeOf(row)));
    }

    static TravelMode ModeOf(PackTable.Row row) => row.OneOf("mode", ModesByName);

    static FactorUnit UnitOf(PackTable.Row row)
    {
        if (FactorUnit.Find(row.Optional("unit")) is { } unit)
            return unit;
        row.Wrong("unit", $"is '{row.Optional("unit")}', which is not known",
            "Write kgCO2e/km, kgCO2e/8 km, kgCO2e/segment or kgCO2e/ride");
        return new FactorUnit(FactorBasis.Ride, 1);
    }

    static bool Confirmed(PackTable.Row row) => row.OneOf("confirmed", YesOrNo);

    /// <summary>Kilograms; null where the column may be and is empty.</summary>
    static double? Kilograms(PackTable.Row row, string column)
    {
        var text = row.Optional(column);
        if (text is null && column == "standard_deviation")
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= Factor.MaxKilograms)
            return number;
        row.Wrong(column, $"is '{text}'", "Write kilograms from 0 to 1000, e.g. 0.057");
        return null;
    }

    static readonly Dictionary<string, TravelMode> ModesByName = TravelModes.All.ToDictionary(TravelModes.Name);

    static readonly Dictionary<string, bool> YesOrNo = new() { ["yes"] = true, ["no"] = false };

    readonly record struct RuleRow(string RuleSet, string Version, LocalNames Note, Factor Factor);
}
