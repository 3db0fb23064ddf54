using System.Globalization;
using CsvHelper;

namespace CityLoop.Server.City;

/// <summary>A CSV file of the pack, row by row, each row knowing its line.</summary>
static class PackTable
{
    static readonly CsvReaderOptions Strict = new()
    {
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
    };

    /// <summary>
    /// Reads every row with <paramref name="read"/>; a row in which a problem was noted is left out of the answer.
    /// </summary>
    public static IReadOnlyList<T> Read<T>(
        string folder, string file, string[] columns, List<PackProblem> problems, Func<Row, T> read)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            problems.Add(new(file, 1, "the file is missing", "Copy it from cities/demo and change it"));
            return [];
        }

        using var csv = CsvReader.FromFile(path, Strict, FileOptions.SequentialScan);
        var rows = new List<T>();
        try
        {
            csv.ReadHeader();
            if (!columns.SequenceEqual(csv.Headers))
            {
                problems.Add(new(file, 1, "the header differs", $"Write {string.Join(',', columns)}"));
                return [];
            }

            while (csv.Read())
            {
                var before = problems.Count;
                var value = read(new Row(csv, file, problems));
                if (problems.Count == before)
                    rows.Add(value);
            }
        }
        catch (CsvFormatException broken)
        {
            problems.Add(new(
                file, (int)broken.LineNumber, "a quote is open, or there are too few or too many fields",
                $"Write {string.Join(',', columns)}"));
        }

        return rows;
    }

    /// <summary>One row; a value that cannot be read notes a problem.</summary>
    internal sealed class Row(CsvReader csv, string file, List<PackProblem> problems)
    {
        public void Wrong(string column, string wrong, string writeInstead) => problems.Add(new(
            file, (int)csv.LineNumber, $"'{column}' {wrong}", writeInstead));

        public string Text(string column)
        {
            var text = Optional(column);
            if (text is null)
                Wrong(column, "is empty", "Write a text");
            return text ?? "";
        }

        public string? Optional(string column) => csv.GetString(column)?.Trim() is { Length: > 0 } text ? text : null;

        /// <summary>A name for addresses and links: small letters, digits and hyphens.</summary>
        public string Handle(string column, HashSet<string> taken)
        {
            var text = Text(column);
            if (!text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                Wrong(column, $"is '{text}'", "Write small letters, digits and hyphens only");
            else if (!taken.Add(text))
                Wrong(column, $"'{text}' stands here a second time", "Give each row its own");
            return text;
        }

        public LocalNames Names(IReadOnlyList<string> languages) =>
            new(languages.ToDictionary(language => language, Text));

        public int Whole(string column)
        {
            if (int.TryParse(csv.GetString(column), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
            Wrong(column, $"is '{csv.GetString(column)}'", "Write a whole number, e.g. 18144");
            return 0;
        }

        public double Degrees(string column, double limit)
        {
            var culture = CultureInfo.InvariantCulture;
            if (double.TryParse(csv.GetString(column), NumberStyles.Float, culture, out var degrees)
                && Math.Abs(degrees) <= limit)
                return degrees;
            Wrong(column, $"is '{csv.GetString(column)}'", $"Write degrees from -{limit} to {limit}, e.g. 24.13711");
            return 0;
        }

        public DateOnly Day(string column)
        {
            if (DateOnly.TryParseExact(csv.GetString(column), "yyyy-MM-dd", out var day))
                return day;
            Wrong(column, $"is '{csv.GetString(column)}'", "Write a date as 1990-04-12");
            return default;
        }

        public T OneOf<T>(string column, IReadOnlyDictionary<string, T> known)
        {
            if (known.TryGetValue(csv.GetString(column) ?? "", out var value))
                return value;
            var some = string.Join(", ", known.Keys.Take(30));
            Wrong(column, $"is '{csv.GetString(column)}', which is not known", $"Write one of {some}");
            return default!;
        }
    }
}
