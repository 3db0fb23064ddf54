using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using CityLoop.Bench.Ledger;
using CityLoop.Bench.Pass;

namespace CityLoop.Bench;

/// <summary>Names the benches, runs them, prints and keeps what they measured.</summary>
static class Benches
{
    static readonly Dictionary<string, Func<bool, Task<IReadOnlyList<BenchRow>>>> All = new()
    {
        ["http"] = HttpBench.RunAsync,
        ["import"] = ImportBench.RunAsync,
        ["ledger"] = LedgerBench.RunAsync,
        ["pass"] = PassBench.RunAsync,
        ["settle"] = SettleBench.RunAsync,
        ["twin"] = TwinBench.RunAsync,
    };

    /// <summary>0: every must is met; 1: one is not; 2: no such bench.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [LargeCity.RestartVerb, var folder, var connection])
            return await LargeCity.RestartHereAsync(folder, connection);
        var isQuick = args.Contains("--quick");
        var names = args.Where(a => a != "--quick").ToList();
        if (names.Count == 0)
            names = [.. All.Keys];
        if (names.Find(name => !All.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine(
                $"There is no bench '{unknown}'. Use: ./cityloop bench [{string.Join('|', All.Keys)}] [--quick]");
            return 2;
        }

        var allMet = true;
        foreach (var name in names)
        {
            Console.Error.WriteLine($"measuring {name} …");
            var rows = await All[name](isQuick);
            Print(name, rows);
            Keep(name, rows);
            allMet &= rows.All(row => row.Met != false);
        }

        return allMet ? 0 : 1;
    }

    static void Print(string name, IReadOnlyList<BenchRow> rows)
    {
        Console.WriteLine($"{name,-26}{"value",14}  {"unit",-14}{"reference",12}{"ratio",9}  {"must",-14}met");
        foreach (var row in rows)
            Console.WriteLine(
                $"{row.Name,-26}{row.Value,14:#,0.##}  {row.Unit,-14}{row.Reference,12:#,0.##}{row.Ratio,9:0.0}  "
                + $"{row.Must,-14}{row.Met switch { true => "yes", false => "NO", null => "" }}");
    }

    static void Keep(string name, IReadOnlyList<BenchRow> rows)
    {
        var folder = Path.Combine(RepositoryRoot(), "bench", "results");
        Directory.CreateDirectory(folder);
        var machine = $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, "
            + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.FrameworkDescription}";
        var json = new BenchJson(new JsonSerializerOptions(BenchJson.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
        File.WriteAllText(
            Path.Combine(folder, $"{name}.json"),
            JsonSerializer.Serialize(new BenchReport(machine, rows), json.BenchReport) + "\n");
    }

    /// <summary>The checkout that the benches run from.</summary>
    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "CityLoop.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("The benches run from a checkout of CityLoop.");
    }
}
