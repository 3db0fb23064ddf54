using System.CommandLine;
using System.Globalization;
using CityLoop.Server.Operations;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>`./cityloop import bank`: what the operator types and what stands on the screen afterwards.</summary>
static class ImportBankVerb
{
    const int ShownMax = 20;

    static readonly Argument<string> File = new("FILE")
    {
        Description = "The bank's camt.053, camt.054 or pain.002 (ISO 20022, XML)",
    };

    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Say what would be done, write nothing" };

    public static Command Create()
    {
        var command = new Command("bank", "Bookings and answers of the bank: payouts confirmed, rejected, sent back.")
        {
            File, DryRun,
        };
        command.Works(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(
        ParseResult parsed, IServiceProvider city, CommandOutput output, CancellationToken cancellation)
    {
        var (path, isDryRun) = (parsed.GetRequiredValue(File), parsed.GetValue(DryRun));
        try
        {
            await using var file = System.IO.File.OpenRead(path);
            var result = await city.GetRequiredService<ImportBankMessage>().RunAsync(
                file, Path.GetFileName(path), isDryRun, cancellation);
            return Show(result, path, isDryRun, output);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or BooksRefuseException)
        {
            CommandOutput.Error(fault.Message);
            return ExitCode.Refused;
        }
    }

    static int Show(ImportBankMessage.Result result, string path, bool isDryRun, CommandOutput output)
    {
        if (result.Problems.Count > 0)
        {
            foreach (var problem in result.Problems.Take(ShownMax))
                CommandOutput.Error(problem);
            if (result.Problems.Count > ShownMax)
                CommandOutput.Error($"and {result.Problems.Count - ShownMax} more.");
            CommandOutput.Error($"{path} cannot be read. Nothing was imported: ask the bank for it again.");
            return ExitCode.Refused;
        }

        foreach (var row in result.Unmatched.Take(ShownMax))
            output.Line($"{row.Element}: {row.Outcome}: {What(row)} {row.Reference}");
        if (result.Unmatched.Count > ShownMax)
            output.Line($"and {result.Unmatched.Count - ShownMax} more.");
        output.Line();
        output.Line($"  entries           {result.Entries,7}");
        output.Line($"  matched           {result.Matched,7}");
        output.Line($"  unmatched         {result.Unmatched.Count,7}  an officer looks at them at /desk/bank");
        output.Line($"  already imported  {result.AlreadyImported,7}");
        output.Line();
        output.Line(isDryRun ? "A dry run: nothing was written." : "Imported.");
        output.Json(new
        {
            entries = result.Entries, matched = result.Matched, unmatched = result.Unmatched.Count,
            alreadyImported = result.AlreadyImported,
        });
        return ExitCode.Done;
    }

    static string What(BankEntryRow row) => row.Kind == "status" ? row.Status
        : string.Create(CultureInfo.InvariantCulture, $"{row.Kind} {row.Amount} {row.Currency}");
}
