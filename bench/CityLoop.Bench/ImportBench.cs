using System.Diagnostics;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations;
using CityLoop.Server.Operations.Import;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityLoop.Bench;

/// <summary>
/// The whole import of the real scheme, from the files to the last durable answer. In the real files no gift is
/// covered (their members earned under other names), so the same gifts are measured once more with points to give.
/// </summary>
static class ImportBench
{
    const double MustSeconds = 15;

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(bool isQuick)
    {
        var real = Path.GetFullPath(Path.Combine(Benches.RepositoryRoot(), "..", "shared", "data", "community-points"));
        if (!Directory.Exists(real))
            throw new DirectoryNotFoundException(
                $"This bench imports real data from {real}, which is not there: "
                + "lay the folder shared/ beside the repository.");

        var rows = new List<BenchRow>();
        await using (var city = new BenchCity())
        {
            var (seconds, summary) = await MeasureAsync(city, real);
            rows.Add(BenchRow.AtMost("import", seconds, "s", MustSeconds));
            rows.Add(BenchRow.Plain("import-rows", summary.Read, "rows"));
            rows.Add(BenchRow.Plain("import-posted", summary.Posted, "rows"));
            rows.Add(BenchRow.Plain("import-again", (await MeasureAsync(city, real)).Seconds, "s"));
        }

        if (isQuick)
            return rows;
        var covered = Directory.CreateTempSubdirectory("cityloop-bench-scheme-").FullName;
        await using (var city = new BenchCity())
        {
            Cover(real, covered);
            var (seconds, summary) = await MeasureAsync(city, covered);
            rows.Add(BenchRow.AtMost("import-covered", seconds, "s", MustSeconds));
            rows.Add(BenchRow.Plain("import-covered-posted", summary.Posted + summary.Held, "rows"));
        }

        Directory.Delete(covered, recursive: true);
        return rows;
    }

    static async Task<(double Seconds, ImportSummary Summary)> MeasureAsync(BenchCity city, string folder)
    {
        await using var host = await CityHost.StartAsync(
            city.Options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var services = host.Services;
        var watch = Stopwatch.StartNew();
        var response = await ImportCommunityPoints.Handle(
            new ImportCommunityPoints.Request(folder, Posts: true, AllOrNothing: false),
            services.GetRequiredService<CityLedger>(), services.GetRequiredService<CityAccounts>(),
            services.GetRequiredService<SchemeStore>(), TimeProvider.System, _ => { }, CancellationToken.None);
        return (watch.Elapsed.TotalSeconds, response.Summary);
    }

    /// <summary>The real files, and one more earning for everybody who gives.</summary>
    static void Cover(string real, string folder)
    {
        foreach (var file in Directory.GetFiles(real, "*.csv"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var givers = SchemeFiles.Read(folder).Gifts.Select(g => g.From).Distinct();
        File.AppendAllLines(
            Path.Combine(folder, "earned.csv"), givers.Select(giver => $"124,{giver},moderator,1000000"));
    }
}
