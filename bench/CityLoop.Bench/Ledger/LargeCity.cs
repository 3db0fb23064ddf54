using System.Diagnostics;
using System.Globalization;
using CityLoop.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Operations;
using CityLoop.Server.Shared.Postgres;
using Dapper;

namespace CityLoop.Bench.Ledger;

/// <summary>
/// A nation's city: 3 million accounts, 5 million transfers behind the snapshot, 20 million entries. Its memory and its
/// restart are those of a process of its own.
/// </summary>
static class LargeCity
{
    /// <summary>The word with which this program calls itself for the restart.</summary>
    public const string RestartVerb = "ledger-restart";

    const int StatementLines = 50, StatementEntries = 10_000;

    public readonly record struct Figures(double MemoryMegabytes, double RestartSeconds, double StatementP99Ms);

    public static async Task<Figures> MeasureAsync(BenchCity city, bool isQuick)
    {
        var (people, tail, end) = isQuick ? (150_000, 250_000, 700_000) : (3_000_000, 5_000_000, 20_000_000);
        var options = city.Options with { DatabaseName = "large" };
        var growth = new List<string>();
        var snapshotAt = 0L;
        var town = default(LedgerTown)!;

        await using (var host = await LedgerHost.StartAsync(options))
        {
            town = new LedgerTown(host.Ledger);
            await Progress.TellAsync($"{people:n0} accounts, 1 lot each", () => town.SettleAsync(people, 1));
            snapshotAt = await host.Ledger.ReadAsync(books => books.Sequence, CancellationToken.None);
        }

        // The database goes on while the ledger is stopped and started elsewhere.
        await using var cluster = await CityLoop.Server.Shared.Database.OpenAsync(
            options.Database, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            CancellationToken.None);
        // Another server of the same city: its own folder, the same key.
        var folder = Directory.CreateDirectory(Path.Combine(city.Folder, "second")).FullName;
        File.Copy(Path.Combine(city.Folder, SealKey.FileName), Path.Combine(folder, SealKey.FileName));
        var elsewhere = options with
        {
            DataFolder = folder,
            Connection = PrivateCluster.ConnectionTo(ClusterPlace.Of(city.Folder), "large").ConnectionString,
        };
        var (_, memory) = await RestartAsync(elsewhere);
        await using (var host = await LedgerHost.StartAsync(elsewhere))
        {
            var again = town.At(host.Ledger);
            await Progress.TellAsync($"{tail:n0} transfers", () => again.GiveAsync(tail, 11));
        }

        // As if the server had died before it kept its books again.
        await using (var connection = await cluster.Source.OpenConnectionAsync())
            await connection.ExecuteAsync(
                "delete from ledger.snapshot where sequence > @snapshotAt", new { snapshotAt });
        // The middle one of three: what else the machine does makes a second or two.
        var restarts = new List<double>();
        for (var i = 0; i < 3; i++)
            restarts.Add((await RestartAsync(elsewhere)).Seconds);
        restarts.Sort();
        var statement = await StatementsAsync(elsewhere, town, end, growth);
        Tell("growth, by entries in the journal:", growth);
        return new Figures(memory, restarts[1], statement);
    }

    static void Tell(string what, List<string> lines)
    {
        Progress.Tell(what);
        foreach (var line in lines)
            Progress.Tell(line);
    }

    /// <summary>The first millions, in a city with a tenth of the people.</summary>
    public static async Task GrowAsync(BenchCity city, bool isQuick)
    {
        var (people, ends) = isQuick ? (15_000, new[] { 50_000 }) : (300_000, new[] { 1_000_000, 5_000_000 });
        var growth = new List<string>();
        await using var host = await LedgerHost.StartAsync(city.Options with { DatabaseName = "young" });
        var town = new LedgerTown(host.Ledger);
        await town.SettleAsync(people, 1);
        var numbers = new FastRandom(17);
        foreach (var end in ends)
            await GrowToAsync(host, town, end, ends[0] / 1_000, () => town.Gift(ref numbers), growth);
        Tell("and before that, with a tenth of the people:", growth);
    }

    /// <summary>Grows a journal, now and then with a line for the first of the people, and measures it.</summary>
    static async Task<double> GrowToAsync(
        LedgerHost host, LedgerTown town, int end, int every, Func<Transfer> gift, List<string> growth)
    {
        var busy = town.First;
        var count = end - (int)await host.Ledger.ReadAsync(books => books.Sequence, CancellationToken.None);
        await town.PostAllAsync(count, i =>
        {
            var next = gift();
            return i % every == 0 && next.Debit != busy ? next with { Credit = busy } : next;
        });
        var (p50, p99) = await StatementAsync(host, busy);
        var random = await Callers.AskAsync(host.Ledger, 4_096, 3, LedgerBench.Gifts(town));
        var (bytes, entries) = await LedgerBench.JournalSizeAsync(host.Database.Source);
        growth.Add(string.Create(CultureInfo.InvariantCulture,
            $"{entries,12:n0}: {random.PerSecond,9:n0} transfers/s, p99 {random.P99Ms:0.0} ms; statement p50 "
            + $"{p50:0.00} ms, p99 {p99:0.00} ms; {bytes / (double)entries:0} bytes an entry"));
        return p99;
    }

    static async Task<double> StatementsAsync(CityOptions options, LedgerTown made, int end, List<string> growth)
    {
        await using var host = await LedgerHost.StartAsync(options);
        var town = made.At(host.Ledger);
        var numbers = new FastRandom(13);
        var now = (int)await host.Ledger.ReadAsync(books => books.Sequence, CancellationToken.None);
        var p99 = 0.0;
        for (var part = 1; part <= 3; part++)
            p99 = await GrowToAsync(
                host, town, now + (end - now) * part / 3, Math.Max(2, (end - now) / StatementEntries),
                () => town.Gift(ref numbers), growth);
        return p99;
    }

    static async Task<(double P50, double P99)> StatementAsync(LedgerHost host, AccountId account)
    {
        var took = new List<double>();
        for (var i = 0; i < 1_000; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var lines = await host.Ledger.StatementAsync(account, StatementLines, null, CancellationToken.None);
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (lines.Count != StatementLines)
                throw new InvalidOperationException($"The statement has {lines.Count} lines.");
        }

        took.Sort();
        return (took[took.Count / 2], took[(int)(took.Count * 0.99)]);
    }

    static async Task<(double Seconds, double Megabytes)> RestartAsync(CityOptions options)
    {
        using var child = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "CityLoop.Bench"),
            [RestartVerb, options.DataFolder, options.Connection!])
        {
            RedirectStandardOutput = true,
        })!;
        var printed = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"The restart ended with {child.ExitCode}: {printed}");
        var figures = printed.Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToList();
        Progress.Tell($"restart: {figures[0]:0.0} s, {figures[1]:n0} MB");
        return (figures[0], figures[1]);
    }

    /// <summary>In the other process: starts the ledger, says how long that took and what it needs.</summary>
    public static async Task<int> RestartHereAsync(string folder, string connection)
    {
        var clock = Stopwatch.StartNew();
        await using var host = await LedgerHost.StartAsync(new CityOptions
        {
            DataFolder = folder, Connection = connection,
        });
        var seconds = clock.Elapsed.TotalSeconds;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var resident = Environment.WorkingSet / 1e6;
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{seconds} {resident}"));
        return 0;
    }
}
