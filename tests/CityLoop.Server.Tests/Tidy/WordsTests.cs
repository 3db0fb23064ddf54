using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Tests.Tidy;

public sealed partial class WordsTests
{
    [Fact]
    public void Every_sentence_is_there_in_all_three_languages_with_the_same_blanks()
    {
        var files = SourceTree.In(["src"], "Texts.json").ToList();
        files.ShouldNotBeEmpty();
        foreach (var file in files)
            foreach (var (key, byLanguage) in Texts(file))
            {
                byLanguage.Keys.ShouldBe(TextCatalogue.Languages, ignoreOrder: true, $"{file}: {key}");
                byLanguage.Values.ShouldAllBe(text => text.Trim().Length > 0, $"{file}: {key}");
                byLanguage.Values.Select(BlanksOf).Distinct().Count().ShouldBe(1, $"{file}: {key} has other blanks");
            }
    }

    [Fact]
    public void Every_sentence_that_a_page_asks_for_is_there()
    {
        var known = SourceTree.In(["src"], "Texts.json").SelectMany(f => Texts(f).Keys).ToHashSet();

        SourceTree.In(["src"], ".razor")
            .SelectMany(f => AskedFor().Matches(SourceTree.Text(f)).Select(m => (File: f, Key: m.Groups[1].Value)))
            .Where(asked => !known.Contains(asked.Key)).ShouldBeEmpty();
    }

    /// <summary>A key in two files stops every page; of two in one file a reader would see the last.</summary>
    [Fact]
    public void No_key_stands_twice_in_the_Texts_json_files()
    {
        var all = SourceTree.In(["src"], "Texts.json")
            .SelectMany(f => KeysOf(SourceTree.Text(f)).Select(key => (File: f, Key: key))).ToList();
        all.Count.ShouldBeGreaterThan(100, "The search for keys is broken.");

        all.GroupBy(found => found.Key).Where(same => same.Count() > 1)
            .Select(same => $"'{same.Key}' stands in {string.Join(" and in ", same.Select(found => found.File))}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_in_the_product_is_unfinished()
    {
        var found = SourceTree.In(["src", "tests", "bench"], ".cs", ".razor", ".js", ".sql", ".css")
            .SelectMany(f => Unfinished().Matches(SourceTree.Text(f)).Select(m => $"{f}: {m.Value}"));

        found.ShouldBeEmpty();
    }

    [Fact]
    public void No_file_names_the_machine_or_the_registries_it_was_made_with()
    {
        // Put together here, so that this file does not name them itself.
        string[] named = ["/wo" + "rk/", "api.nu" + "get.org", "registry.npm" + "js.org", "deb.debi" + "an.org"];
        string[] binary = [".png", ".ico", ".woff2", ".pfx", ".zip", ".gz"];

        foreach (var file in SourceTree.Files.Where(f => !binary.Contains(Path.GetExtension(f))))
            foreach (var name in named)
                SourceTree.Text(file).ShouldNotContain(name, Case.Sensitive, $"{file} names {name}");
    }

    static Dictionary<string, Dictionary<string, string>> Texts(string file) =>
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(SourceTree.Text(file))!;

    /// <summary>As they are written: a dictionary would forget the first of two.</summary>
    static List<string> KeysOf(string json)
    {
        using var texts = JsonDocument.Parse(json);
        return [.. texts.RootElement.EnumerateObject().Select(text => text.Name)];
    }

    static string BlanksOf(string text) =>
        string.Join(',', Blank().Matches(text).Select(m => m.Groups[1].Value).Distinct().Order());

    [GeneratedRegex(@"\{(\d+)[^}]*\}")]
    private static partial Regex Blank();

    [GeneratedRegex(@"\bT\[""([a-z][\w.-]*)""[\],]")]
    private static partial Regex AskedFor();

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|NotImplemented" + @"Exception|Skip *= *"")")]
    private static partial Regex Unfinished();
}
