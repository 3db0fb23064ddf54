using System.Text.RegularExpressions;

namespace CityLoop.Server.Tests.City;

/// <summary>
/// What becomes of a good file on its way: cut, mistyped, pasted twice. The same seed gives the same files.
/// </summary>
static partial class BrokenFiles
{
    static readonly string[] Instead =
    [
        "null", "true", "-1", "0", "1.5", "1e400", "99999999999999999999", "\"\"", "\"x\"", "[]", "{}", "[[]]", "\0",
        "\"", "{",
        "\"" + new string('長', 10_000) + "\"", "２", "NaN", "2026-02-30", "../../etc/passwd",
    ];

    /// <summary>Some <paramref name="count"/> versions of a text, each broken in one place.</summary>
    public static IEnumerable<string> Of(string text, int count, int seed)
    {
        var random = new Random(seed);
        var lines = text.Split('\n');
        var values = Value().Matches(text);
        for (var i = 0; i < count; i++)
        {
            var at = random.Next(text.Length);
            var line = random.Next(lines.Length);
            var value = values[random.Next(values.Count)];
            yield return (i % 6) switch
            {
                0 => text[..at],
                1 => text[at..],
                2 => string.Join('\n', lines.Where((_, n) => n != line)),
                3 => string.Join('\n', lines.SelectMany((l, n) => n == line ? [l, l] : new[] { l })),
                4 => text[..at] + "\",{}[]:\0\u202E-9"[random.Next(11)] + text[(at + 1)..],
                _ => text[..value.Index] + Instead[random.Next(Instead.Length)] + text[(value.Index + value.Length)..],
            };
        }
    }

    /// <summary>A value of JSON or a field of CSV.</summary>
    [GeneratedRegex("\"[^\"\n]*\"|[^\\s,:{}\\[\\]\"]+")]
    private static partial Regex Value();
}
