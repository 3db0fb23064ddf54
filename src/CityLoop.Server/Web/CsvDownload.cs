using System.Globalization;
using System.Text;

namespace CityLoop.Server.Web;

/// <summary>An amount as a spreadsheet reads it: no thousands marks, the currency's decimals.</summary>
readonly record struct CsvAmount(long Units, int Scale)
{
    public override string ToString() =>
        Amounts.Exact(Units, Scale).Replace(",", "", StringComparison.Ordinal).Replace('\u2212', '-');
}

/// <summary>A table of the desk as a file that a spreadsheet opens as it is (RFC 4180).</summary>
static class CsvDownload
{
    /// <summary>
    /// The mark at the front tells Excel that the file is UTF-8; without it, Chinese names turn to noise.
    /// </summary>
    static readonly UTF8Encoding WithMark = new(encoderShouldEmitUTF8Identifier: true);

    public static IResult Of(string fileName, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<object>> rows)
    {
        var text = new StringBuilder();
        AppendLine(text, headings);
        foreach (var row in rows)
            AppendLine(text, row.Select(TextOf));
        byte[] bytes = [.. WithMark.Preamble, .. WithMark.GetBytes(text.ToString())];
        return Results.File(bytes, "text/csv; charset=utf-8", fileName);
    }

    static void AppendLine(StringBuilder text, IEnumerable<string> fields) =>
        text.AppendJoin(',', fields.Select(Quoted)).Append("\r\n");

    static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? field
        : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static string TextOf(object field) => field switch
    {
        string name => AsName(name),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => field.ToString() ?? "",
    };

    /// <summary>
    /// A shop called "=1+1" must stay a name when a spreadsheet opens the file, and not become a formula.
    /// </summary>
    static string AsName(string name) => name is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + name : name;
}
