using System.Globalization;
using CityLoop.Carbon;
using CityLoop.Server.Carbon;
using CityLoop.Server.City;

namespace CityLoop.Server.Tests.Carbon;

public sealed class CityRulesTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("cityloop-rules-").FullName;

    public CityRulesTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "factors"));
        foreach (var file in Directory.GetFiles(CityCapability.DefaultFolder, "*.*", SearchOption.AllDirectories))
            if (Path.GetDirectoryName(file) is var folder && Path.GetFileName(folder) is "demo" or "factors")
                File.Copy(file, Path.Combine(_folder, Path.GetRelativePath(CityCapability.DefaultFolder, file)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_pack_holds_what_the_two_official_rule_sets_say()
    {
        var rules = CityRules.Load(CityPack.Load(CityCapability.DefaultFolder));
        var published = File.ReadLines(Path.Combine(SharedData.Folder("factors"), "two-rule-sets.csv")).Skip(1)
            .Select(line => line.Split(','))
            .Select(f => (f[0], f[1].Replace(' ', '-'), double.Parse(f[2], CultureInfo.InvariantCulture), f[3]));

        rules.RuleSets.SelectMany(named => named.Rules.Factors.Select(
            factor => (named.Rules.Id, factor.Mode.Name(), factor.Kilograms, factor.Unit.ToString())))
            .ShouldBe(published);
    }

    [Theory]
    [InlineData("factors/rule-sets.csv", "0.057,", "-0.057,", 2, "'kilograms' is '-0.057'")]
    [InlineData("factors/rule-sets.csv", "0.057,", "NaN,", 2, "'kilograms' is 'NaN'")]
    [InlineData("factors/rule-sets.csv", "0.057,", "57000,", 2, "'kilograms' is '57000'")]
    [InlineData("factors/rule-sets.csv", "0.057,", ",", 2, "'kilograms' is ''")]
    [InlineData("factors/rule-sets.csv", "kgCO2e/8 km", "kg/8 km", 6, "'unit' is 'kg/8 km'")]
    [InlineData("factors/rule-sets.csv", "passbook,2023,bus", "passbook,2024,bus", 6, "'version' is '2023'")]
    [InlineData("factors/rule-sets.csv", "city,2023,metro", "city,2023,bus", 3, "'mode' 'bus' stands twice")]
    [InlineData("factors/rule-sets.csv", "China Times 2023-12-04,no,,", ",no,,", 2, "'source' is empty")]
    [InlineData("factors/rule-set-names.csv", "easycard-passbook", "easycard", 1, "'easycard-passbook' has no name")]
    [InlineData("partners.csv", ",bus", ",tram", 2, "'mode' is 'tram'")]
    public void What_is_wrong_is_told_with_file_and_line(
        string file, string right, string wrong, int line, string expected)
    {
        var path = Path.Combine(_folder, file);
        var text = File.ReadAllText(path);
        var at = text.IndexOf(right, StringComparison.Ordinal);
        File.WriteAllText(path, text[..at] + wrong + text[(at + right.Length)..]);

        var problems = Should.Throw<CityPackException>(() => CityRules.Load(CityPack.Load(_folder))).Problems;

        problems.ShouldContain(p => p.File == file && p.Line == line && p.Wrong.Contains(expected));
    }
}
