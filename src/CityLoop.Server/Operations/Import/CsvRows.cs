using System.Text;
using System.Text.Unicode;

namespace CityLoop.Server.Operations.Import;

/// <summary>
/// Reads comma-separated text (RFC 4180) line by line, so that a defect has a line and a column and ends with its line:
/// a quote that is never closed cannot swallow the rows behind it. No field of ours holds a line break.
/// </summary>
static class CsvRows
{
    /// <summary>
    /// A hundred times what a good row needs: a longer line is another kind of file, and need not be kept.
    /// </summary>
    public const int LineMaxBytes = 16_384;

    /// <summary>
    /// The rows of a stream; empty lines are none. A byte order mark and CRLF are taken as they come.
    /// </summary>
    public static IEnumerable<CsvRow> Read(Stream file)
    {
        var number = 0;
        foreach (var line in Lines(file))
        {
            number++;
            var bytes = line.Bytes.AsMemory();
            if (number == 1 && bytes.Span.StartsWith(Encoding.UTF8.Preamble))
                bytes = bytes[3..];
            if (bytes.Length > 0 && bytes.Span[^1] == '\r')
                bytes = bytes[..^1];
            if (bytes.Length > 0)
                yield return Split(number, bytes.Span, line);
        }
    }

    static CsvRow Split(int number, ReadOnlySpan<byte> bytes, RawLine line)
    {
        if (line.IsTooLong)
            return Refused(number, RowOutcome.RowIsTooLong, LineMaxBytes);
        if (!Utf8.IsValid(bytes))
            return Refused(number, RowOutcome.RowIsNotText, 1);

        var text = Encoding.UTF8.GetString(bytes);
        // What stands behind the last line break may be half of a number that would look whole.
        if (!line.IsEnded && number > 1)
            return Refused(number, RowOutcome.RowIsCutOff, text.Length + 1);

        var fields = new List<CsvField>(8);
        var at = 0;
        while (true)
        {
            var isQuoted = at < text.Length && text[at] == '"';
            var field = isQuoted ? Quoted(text, at, out var next) : Plain(text, at, out next);
            if (field is null)
                return Refused(number, RowOutcome.QuotesAreNotValid, next + 1);
            fields.Add(new CsvField(field, at + 1));
            if (next >= text.Length)
                return new CsvRow(number, fields, null);
            at = next + 1;
        }
    }

    static string? Plain(string text, int at, out int next)
    {
        var comma = text.IndexOf(',', at);
        var end = comma < 0 ? text.Length : comma;
        var quote = text.IndexOf('"', at, end - at);
        next = quote >= 0 ? quote : end;
        return quote >= 0 ? null : text[at..end];
    }

    /// <summary>The text between quotes, "" for one of them; null when they do not end right before a comma.</summary>
    static string? Quoted(string text, int at, out int next)
    {
        var value = new StringBuilder();
        for (next = at + 1; next < text.Length; next++)
        {
            if (text[next] != '"')
            {
                value.Append(text[next]);
                continue;
            }

            next++;
            if (next == text.Length || text[next] == ',')
                return value.ToString();
            if (text[next] != '"')
                return null;
            value.Append('"');
        }

        return null;
    }

    static CsvRow Refused(int number, RowOutcome reason, int column) =>
        new(number, [], new CsvDefect(reason, column));

    static IEnumerable<RawLine> Lines(Stream file)
    {
        var buffer = new byte[65_536];
        var kept = new MemoryStream();
        var length = 0L;
        for (var read = file.Read(buffer); read > 0; read = file.Read(buffer))
        {
            var from = 0;
            while (from < read)
            {
                var end = Array.IndexOf(buffer, (byte)'\n', from, read - from);
                var to = end < 0 ? read : end;
                length += to - from;
                kept.Write(buffer, from, (int)Math.Min(to - from, Math.Max(0, LineMaxBytes - kept.Length)));
                if (end < 0)
                    break;
                yield return new RawLine(kept.ToArray(), length > LineMaxBytes, IsEnded: true);
                kept.SetLength(0);
                length = 0;
                from = end + 1;
            }
        }

        if (length > 0)
            yield return new RawLine(kept.ToArray(), length > LineMaxBytes, IsEnded: false);
    }

    readonly record struct RawLine(byte[] Bytes, bool IsTooLong, bool IsEnded);
}
