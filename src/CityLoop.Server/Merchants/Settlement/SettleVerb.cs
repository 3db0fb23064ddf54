using System.CommandLine;
using System.Globalization;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Operations;
using CityLoop.Server.Web;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>The operator's way to close half-months and to get the files for the bank.</summary>
static class SettleVerb
{
    public static Command Create()
    {
        var until = new Option<string>("--until")
        {
            Description = "Settle every half-month that ends by this day (YYYY-MM-DD)", Required = true,
        };
        until.Validators.Add(result =>
        {
            if (DayOf(result.GetValueOrDefault<string>()) is null)
                result.AddError("--until is a day of the calendar, written 2026-11-15.");
        });
        var folder = new Option<string>("--out")
        {
            Description = "Folder for the payout files", DefaultValueFactory = _ => "payouts",
        };
        var command = new Command("settle", "Close half-months (1-15, 16-end) and write what shops are paid.")
        {
            until, folder,
        };
        command.Works((parsed, services, output, cancellation) => RunAsync(
            DayOf(parsed.GetRequiredValue(until))!.Value, parsed.GetRequiredValue(folder), services, output,
            cancellation));
        return command;
    }

    static DateOnly? DayOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    static async Task<int> RunAsync(
        DateOnly until, string folder, IServiceProvider services, CommandOutput output, CancellationToken cancellation)
    {
        var result = await services.GetRequiredService<SettleShops>().RunAsync(until, cancellation);
        if (result.IsInFuture)
        {
            CommandOutput.Error(
                $"{until:yyyy-MM-dd} is in the future: a half-month can be settled when it is over. Nothing was done.");
            return ExitCode.Refused;
        }

        var files = services.GetRequiredService<PayoutFiles>();
        Directory.CreateDirectory(folder);
        var payout = await files.OfAsync(result.Payout, cancellation);
        var made = payout is null ? [] : await WriteAsync(files, payout, folder, output, cancellation);
        var present = SettlementWindow.Containing(services.GetRequiredService<CityClock>().Today);
        output.Line(result.ClosedNow == 0
            ? $"Nothing new to close. The present half-month ends on {present.To:yyyy-MM-dd}; "
                + "a sale belongs to the one in which the journal took it."
            : $"{result.ClosedNow} half-months closed now.");
        foreach (var shop in result.Left)
            output.Line($"{shop} is left to the next half-month: its balance was below its sales at every try.");
        output.Json(new
        {
            until, closedNow = result.ClosedNow, left = result.Left, files = made,
            settlements = payout?.Parts.Select(part => new
            {
                part.Window.Id, from = part.Window.FirstDay, to = part.Window.LastDay, payOn = part.PaidOn,
                shops = part.Transfers.Count(), amount = part.Lines.Sum(line => line.Amount),
            }) ?? [],
        });
        return ExitCode.Done;
    }

    /// <summary>Writes a payout's files and answers their paths.</summary>
    static async Task<IReadOnlyList<string>> WriteAsync(
        PayoutFiles files, Payout payout, string folder, CommandOutput output, CancellationToken cancellation)
    {
        var bank = PayoutFiles.ForBank(payout);
        var paths = new List<string>();
        foreach (var file in bank.Files.Concat(await files.StatementsAsync(payout, cancellation)))
        {
            paths.Add(Path.Combine(folder, file.Name));
            await WriteAsync(paths[^1], file.Bytes, cancellation);
        }

        foreach (var part in payout.Parts)
        {
            var amount = Amounts.Format(part.Lines.Sum(line => line.Amount), payout.Scale);
            output.Line(
                $"{part.Window.Window.Name}  {part.Transfers.Count()} shops  {amount} {payout.Currency}  "
                + $"paid on {part.PaidOn:yyyy-MM-dd}");
        }

        foreach (var problem in bank.Problems)
            output.Line($"Not written, {ZenginFile.FileName}: {problem}.");
        output.Line($"{paths.Count} files in {folder}. Send the bank one of {CreditTransferFile.FileName}, "
            + $"{ZenginFile.FileName} and {PayoutCsv.FileName}, and that once.");
        return paths;
    }

    /// <summary>Whole or not at all: a bank must not be sent half a file.</summary>
    static async Task WriteAsync(string file, byte[] bytes, CancellationToken cancellation)
    {
        var beside = file + ".part";
        await File.WriteAllBytesAsync(beside, bytes, cancellation);
        File.Move(beside, file, overwrite: true);
    }
}
