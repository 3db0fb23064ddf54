using System.Globalization;
using System.Text.Json.Nodes;
using CityLoop.Server.Pass.Counter;
using CsvHelper;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>What is wrong in a register's file: the line, the column, and the sentence for it.</summary>
/// <param name="Code">One of <c>register.wrong.…</c>; what the line says is not repeated.</param>
sealed record RegisterProblem(int Line, string Column, string Code);

/// <summary>One person's line, with the number that is turned into a fingerprint and then forgotten.</summary>
sealed record RegisterLine(string Document, string Number, DateOnly ValidUntil, string Fields);

/// <summary>
/// A register as an office hands it in: a CSV file with a line for each person, and in it the whole register as it is
/// now.
/// </summary>
static class RegisterFile
{
    /// <summary>The columns that stand before the type's own fields.</summary>
    public static readonly IReadOnlyList<string> Own = ["document", "number", "valid_until"];

    const int ProblemsMax = 100;
    const int ValueMax = 200;

    static readonly CsvReaderOptions Strict = new()
    {
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
    };

    public static string HeaderOf(CredentialType type) =>
        string.Join(',', Own.Concat(type.Fields.Select(field => field.Name)));

    /// <summary>The lines, or what is wrong; a file with a wrong line is not taken in part.</summary>
    public static (IReadOnlyList<RegisterLine> Lines, IReadOnlyList<RegisterProblem> Problems) Read(
        string text, CredentialType type, DateOnly today)
    {
        var (lines, problems) = (new List<RegisterLine>(), new List<RegisterProblem>());
        var seen = new HashSet<(string, string)>();
        using var csv = CsvReader.FromText(text, Strict);
        try
        {
            csv.ReadHeader();
            if (!Own.Concat(type.Fields.Select(field => field.Name)).SequenceEqual(csv.Headers))
                return ([], [new(1, "", "header")]);
            while (csv.Read() && problems.Count < ProblemsMax)
                if (ReadLine(csv, type, today, problems) is { } line)
                {
                    if (seen.Add((line.Document, line.Number)))
                        lines.Add(line);
                    else
                        problems.Add(new((int)csv.LineNumber, "number", "twice"));
                }
        }
        catch (CsvFormatException broken)
        {
            problems.Add(new((int)broken.LineNumber, "", "form"));
        }

        if (lines.Count == 0 && problems.Count == 0)
            problems.Add(new(2, "", "empty"));
        return (lines, problems);
    }

    static RegisterLine? ReadLine(CsvReader csv, CredentialType type, DateOnly today, List<RegisterProblem> problems)
    {
        var before = problems.Count;
        string Cell(string column) => csv.GetString(column)?.Trim() ?? "";
        void Wrong(string column, string code) => problems.Add(new((int)csv.LineNumber, column, code));
        var document = Cell("document");
        if (!Documents.All.Contains(document))
            Wrong("document", "document");
        var number = DocumentNumbers.Normalised(Cell("number"));
        if (DocumentNumbers.FaultOf(document, number) is { } fault)
            Wrong("number", fault == DocumentNumbers.CannotBeRight ? "checkDigit" : "number");
        if (!DateOnly.TryParseExact(Cell("valid_until"), "yyyy-MM-dd", CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var until))
            Wrong("valid_until", "date");
        else if (until < today)
            Wrong("valid_until", "over");
        var fields = new JsonObject();
        foreach (var name in type.Fields.Select(field => field.Name))
            if (Cell(name) is { Length: > ValueMax })
                Wrong(name, "value");
            else if (Cell(name) is { Length: > 0 } value)
                fields[name] = ValueOf(value);
        if (fields.Count == 0)
            Wrong("", "fields");
        return problems.Count == before ? new RegisterLine(document, number, until, fields.ToJsonString()) : null;
    }

    // A number that is written as one is one: a rule may compare it.
    static JsonNode ValueOf(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == value ? number : value;
}
