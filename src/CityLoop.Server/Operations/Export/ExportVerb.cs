using System.CommandLine;
using System.Globalization;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>`./cityloop export`: the books for programs that are not ours.</summary>
static class ExportVerb
{
    static readonly Option<string?> Out = new("--out")
    {
        Description = "File to write (default: standard output)",
    };

    public static Command Create() => new("export", "Writes the city's books for other programs.")
    {
        Of("hledger", "The whole journal as plain-text accounting for hledger.",
            (text, names, inCity) => new HledgerText(text, names, inCity)),
        Of("beancount", "The whole journal as plain-text accounting for Beancount.",
            (text, names, inCity) => new BeancountText(text, names, inCity)),
        Of("csv", "The whole journal as a table, and every balance.",
            (text, names, inCity) => new CsvText(text, names, inCity)),
    };

    static Command Of(string name, string description, ExportBooks.Format format)
    {
        var verb = new Command(name, description) { Out };
        verb.Validators.Add(result =>
        {
            if (result.GetValue(Verb.Json) && result.GetValue(Out) is null)
                result.AddError("With --json standard output carries the answer: name a file with --out.");
        });
        verb.Works((parsed, city, output, cancellation) => RunAsync(format, parsed, city, output, cancellation));
        return verb;
    }

    static async Task<int> RunAsync(
        ExportBooks.Format format, ParseResult parsed, IServiceProvider city, CommandOutput output,
        CancellationToken cancellation)
    {
        try
        {
            var path = parsed.GetValue(Out) is { } name ? Path.GetFullPath(name) : null;
            var response = await WriteAsync(format, path, city, output, cancellation);
            output.ProgressEnds();
            if (path is null)
                return ExitCode.Done;
            output.Line(string.Create(CultureInfo.InvariantCulture,
                $"{response.Entries:N0} journal entries, {response.Accounts:N0} accounts: {path}"));
            output.Json(new { response.Entries, response.Accounts, File = path });
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            output.ProgressEnds();
            CommandOutput.Error($"The export could not be written: {e.Message}");
            return ExitCode.Refused;
        }
    }

    /// <summary>A file gets its name when it is whole: nobody finds half an export.</summary>
    static async Task<ExportBooks.Response> WriteAsync(
        ExportBooks.Format format, string? path, IServiceProvider city, CommandOutput output,
        CancellationToken cancellation)
    {
        var partial = path + ".partial";
        ExportBooks.Response response;
        await using (var text = new StreamWriter(
            path is null ? CommandOutput.Answer() : File.Create(partial), bufferSize: 65_536))
            response = await ExportBooks.Handle(
                text, format, city.GetRequiredService<CityLedger>(), city.GetRequiredService<CityAccounts>(),
                city.GetRequiredService<CityClock>(), output.Progress, cancellation);
        if (path is not null)
            File.Move(partial, path, overwrite: true);
        return response;
    }
}
