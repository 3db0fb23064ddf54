using System.CommandLine;
using System.Globalization;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Operations.Import;

/// <summary>
/// `./cityloop import community-points`: what the operator types and what stands on the screen afterwards.
/// </summary>
static class ImportVerb
{
    /// <summary>Enough to see what kind of fault it is; the report has them all.</summary>
    const int ExamplesPerReason = 5;

    static readonly Argument<string> Folder = new("DIR")
    {
        Description = "Folder with rounds.csv, earned.csv and gifts.csv",
    };

    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Decide everything, write nothing" };
    static readonly Option<bool> Post = new("--post") { Description = "Decide everything and post it" };

    static readonly Option<bool> AllOrNothing = new("--all-or-nothing")
    {
        Description = "Take no row when one is refused (default: take the good rows)",
    };

    static readonly Option<string?> Report = new("--report")
    {
        Description = "Write every refused row to this CSV file: file, line, column, field, reason",
    };

    public static Command Create()
    {
        var scheme = new Command("community-points", "Points that a community gave and its members passed on.")
        {
            Folder, DryRun, Post, AllOrNothing, Report,
        };
        scheme.Validators.Add(result =>
        {
            if (result.GetValue(DryRun) == result.GetValue(Post))
                result.AddError("Say either --dry-run or --post.");
        });
        scheme.Works(RunAsync);
        return scheme;
    }

    static async Task<int> RunAsync(
        ParseResult parsed, IServiceProvider city, CommandOutput output, CancellationToken cancellation)
    {
        var request = new ImportCommunityPoints.Request(
            Path.GetFullPath(parsed.GetValue(Folder)!), parsed.GetValue(Post), parsed.GetValue(AllOrNothing));
        try
        {
            var response = await ImportCommunityPoints.Handle(
                request, city.GetRequiredService<CityLedger>(), city.GetRequiredService<CityAccounts>(),
                city.GetRequiredService<SchemeStore>(), city.GetRequiredService<TimeProvider>(), output.Progress,
                cancellation);
            output.ProgressEnds();
            if (parsed.GetValue(Report) is { } report)
                await WriteReportAsync(report, response.Refused, cancellation);
            Show(request, response, output);
            return request.AllOrNothing && response.Refused.Count > 0 ? ExitCode.Refused : ExitCode.Done;
        }
        catch (SchemeFilesException fault)
        {
            output.ProgressEnds();
            CommandOutput.Error(fault.Message);
            return fault.IsMisuse ? ExitCode.Misuse : ExitCode.Refused;
        }
    }

    static void Show(
        ImportCommunityPoints.Request request, ImportCommunityPoints.Response response, CommandOutput output)
    {
        var summary = response.Summary;
        foreach (var reason in response.Refused.GroupBy(r => r.Reason).OrderBy(g => g.Key))
        {
            output.Line($"{reason.Key.Code()}: {reason.Key.Sentence()}");
            foreach (var row in reason.Take(ExamplesPerReason))
                output.Line($"  {row.Place}");
            if (reason.Count() > ExamplesPerReason)
                output.Line($"  and {Text(reason.Count() - ExamplesPerReason)} more (--report FILE lists all)");
        }

        foreach (var remark in response.Remarks)
            output.Line($"Mind: {remark}");
        output.Line();
        output.Line($"  read            {Text(summary.Read),9}");
        output.Line($"  posted          {Text(summary.Posted),9}");
        output.Line($"  held            {Text(summary.Held),9}");
        foreach (var (reason, count) in summary.Refused)
            output.Line($"  refused         {Text(count),9}  {reason}");
        output.Line($"  already posted  {Text(summary.AlreadyPosted),9}");
        output.Line();
        output.Line(request.Posts ? "Posted." : "A dry run: nothing was written. --post does it.");
        output.Json(summary);
    }

    static async Task WriteReportAsync(
        string path, IReadOnlyList<RefusedRow> refused, CancellationToken cancellation)
    {
        await using var report = new StreamWriter(path);
        await report.WriteAsync("file,line,column,field,reason\n");
        foreach (var row in refused)
            await report.WriteAsync(string.Create(CultureInfo.InvariantCulture,
                $"{row.Place.File},{row.Place.Line},{row.Place.Column},{row.Place.Field},{row.Reason.Code()}\n")
                .AsMemory(), cancellation);
    }

    static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
