using System.CommandLine;
using System.Globalization;
using CityLoop.Server.City;
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

        var store = services.GetRequiredService<SettlementStore>();
        var currency = services.GetRequiredService<CityPack>().MainCurrency;
        Directory.CreateDirectory(folder);
        var written = new List<object>();
        foreach (var window in result.Closed)
        {
            var lines = await store.LinesAsync(window.Id, cancellation);
            var file = Path.Combine(folder, PayoutFile.NameOf(window));
            await WriteAsync(file, PayoutFile.Write(window, currency.Code, currency.Scale, lines), cancellation);
            var (shops, amount) = (lines.Count(l => l.Amount > 0), lines.Sum(l => l.Amount));
            written.Add(new { window.Id, from = window.FirstDay, to = window.LastDay, shops, amount, file });
            var text = Amounts.Format(amount, currency.Scale);
            output.Line($"{window.Window.Name}  {shops} shops  {text} {currency.Code}  {file}");
        }

        var present = SettlementWindow.Containing(services.GetRequiredService<CityClock>().Today);
        output.Line(result.ClosedNow == 0
            ? $"Nothing new to close. The present half-month ends on {present.To:yyyy-MM-dd}; "
                + "a sale belongs to the one in which the journal took it."
            : $"{result.ClosedNow} half-months closed now.");
        foreach (var shop in result.Left)
            output.Line($"{shop} is left to the next half-month: its balance was below its sales at every try.");
        output.Json(new { until, closedNow = result.ClosedNow, settlements = written, left = result.Left });
        return ExitCode.Done;
    }

    /// <summary>Whole or not at all: a bank must not be sent half a file.</summary>
    static async Task WriteAsync(string file, byte[] bytes, CancellationToken cancellation)
    {
        var beside = file + ".part";
        await File.WriteAllBytesAsync(beside, bytes, cancellation);
        File.Move(beside, file, overwrite: true);
    }
}
