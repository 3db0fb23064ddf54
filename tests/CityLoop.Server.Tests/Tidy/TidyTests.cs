using static System.FormattableString;

namespace CityLoop.Server.Tests.Tidy;

/// <summary>What makes a code base good or bad is its tail: the longest files, methods and lines.</summary>
public sealed class TidyTests
{
    const int LongestFile = 300, LongestMember = 70, LongestLine = 120;

    static readonly string[] Code = ["src", "tests", "bench"];

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        var lengths = SourceTree.In(Code, ".cs", ".razor", ".js", ".sql")
            .Select(f => (File: f, Length: SourceTree.Lines(f).Length)).OrderByDescending(f => f.Length).ToList();
        Report("Longest files", lengths.Take(5).Select(f => $"{f.Length,5}  {f.File}"));

        lengths.Where(f => f.Length > LongestFile).ShouldBeEmpty("Is each of these one idea?");
    }

    [Fact]
    public void No_method_is_longer_than_70_lines()
    {
        var members = SourceTree.In(Code, ".cs").SelectMany(f => Members.Of(f, SourceTree.Lines(f)))
            .OrderByDescending(m => m.Length).ToList();
        members.Count.ShouldBeGreaterThan(100, "The search for methods is broken.");
        Report("Longest methods", members.Take(5).Select(m => $"{m.Length,5}  {m.File}:{m.Line}  {m.Header}"));

        members.Where(m => m.Length > LongestMember).ShouldBeEmpty("Is each of these one idea?");
    }

    [Fact]
    public void No_line_is_longer_than_120_characters()
    {
        var lines = SourceTree.In(Code, ".cs").SelectMany(f => SourceTree.Lines(f)
            .Select((text, i) => (Place: Invariant($"{f}:{i + 1}"), text.Length))).ToList();

        lines.Where(l => l.Length > LongestLine).ShouldBeEmpty();
    }

    [Fact]
    public void A_method_of_71_lines_would_be_seen()
    {
        string[] body = [.. Enumerable.Repeat("        Walk();", 68)];
        string[] lines =
        [
            "sealed class Rally", "{", "    int _count;", "", "    [Fact]", "    void Go()", "    {", .. body,
            "    }", "",
            "    /// <summary>Short.</summary>", "    int Count => _count;", "}",
        ];

        Members.Of("Rally.cs", lines).Select(m => (m.Line, m.Length)).ShouldBe([(3, 1), (6, 71), (79, 2)]);
    }

    /// <summary>For whoever runs the tests: growth is to be seen before it hurts.</summary>
    static void Report(string title, IEnumerable<string> rows)
    {
        var folder = Environment.GetEnvironmentVariable("CITYLOOP_RESULTS")
            ?? Path.Combine(AppContext.BaseDirectory, "TestResults");
        Directory.CreateDirectory(folder);
        File.AppendAllLines(Path.Combine(folder, "tidy.txt"), [$"{title}:", .. rows]);
    }
}
