using System.Text.RegularExpressions;

namespace CityLoop.Server.Tests.Tidy;

/// <summary>A member of a type: where it begins and how many lines it takes.</summary>
sealed record Member(string File, int Line, int Length, string Header);

/// <summary>
/// Finds the members of the types in a C# file by their indentation, which the formatter keeps. Good enough to see
/// what grows; it does not understand the language.
/// </summary>
static partial class Members
{
    const int Step = 4;

    public static IReadOnlyList<Member> Of(string file, string[] lines)
    {
        var found = new List<Member>();
        Collect(file, lines, 0, lines.Length, 0, InRawString(lines), found);
        return found;
    }

    static void Collect(
        string file, string[] lines, int from, int to, int indent, bool[] raw, List<Member> found)
    {
        var starts = Enumerable.Range(from, to - from).Where(i => !raw[i] && Begins(lines[i], indent)).ToList();
        foreach (var (start, next) in starts.Zip(starts.Skip(1).Append(to)))
        {
            var end = next;
            while (end > start + 1 && !raw[end - 1] && IsBetween(lines[end - 1], indent))
                end--;
            if (TypeHeader().IsMatch(lines[start]))
                Collect(file, lines, start + 1, end, indent + Step, raw, found);
            else if (indent > 0)
                found.Add(new Member(file, start + 1, end - start, lines[start].Trim()));
        }
    }

    static bool Begins(string line, int indent) =>
        line.Length > indent && line.AsSpan(0, indent).IsWhiteSpace()
        && (char.IsLetter(line[indent]) || line[indent] is '(' or '@')
        && !line.AsSpan(indent).StartsWith("where ") && !line.AsSpan(indent).StartsWith("using ")
        && !line.AsSpan(indent).StartsWith("namespace ");

    /// <summary>What stands between two members and belongs to the second: blank lines, comments, attributes.</summary>
    static bool IsBetween(string line, int indent)
    {
        var text = line.TrimStart();
        return text.Length == 0
            || (line.Length - text.Length <= indent
                && (text.StartsWith("//", StringComparison.Ordinal) || text.StartsWith('[') || text.StartsWith('#')));
    }

    static bool[] InRawString(string[] lines)
    {
        var inside = new bool[lines.Length];
        var open = false;
        for (var i = 0; i < lines.Length; i++)
        {
            inside[i] = open;
            if (Quotes().Count(lines[i]) % 2 == 1)
                open = !open;
        }

        return inside;
    }

    [GeneratedRegex(
        @"^\s*((public|internal|private|protected|static|sealed|abstract|partial|readonly|ref|file) )*"
        + @"(class|struct|interface|enum|record)\b")]
    private static partial Regex TypeHeader();

    [GeneratedRegex("\"{3,}")]
    private static partial Regex Quotes();
}
