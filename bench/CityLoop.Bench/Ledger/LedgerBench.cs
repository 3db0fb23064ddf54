using System.Diagnostics;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using Dapper;
using Npgsql;

namespace CityLoop.Bench.Ledger;

/// <summary>
/// The figures of the ledger: durable transfers by callers who wait for their answers, beside pgbench and a plain
/// commit on the same cluster in the same run, and what a large city costs in memory, restart and disk.
/// </summary>
static class LedgerBench
{
    /// <summary>How large everything is; quick runs are a twentieth.</summary>
    sealed record Size(int People, int Outstanding, double Seconds, int Grant)
    {
        public static Size Of(bool isQuick) =>
            isQuick ? new(50_000, 4_096, 4, 50_000) : new(1_000_000, 4_096, 15, 1_000_000);
    }

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(bool isQuick)
    {
        var size = Size.Of(isQuick);
        await using var city = new BenchCity();
        var peak = await PeakAsync(city, size);
        var large = await LargeCity.MeasureAsync(city, isQuick);
        await LargeCity.GrowAsync(city, isQuick);
        return
        [
            BenchRow.Times("random", peak.Random.PerSecond, "transfers/s", peak.Pgbench, 25),
            BenchRow.Times("hot", peak.Hot.PerSecond, "transfers/s", peak.Pgbench, 25),
            BenchRow.AtMostTimes("one-caller", peak.OneCallerMs, "ms", peak.OneCommitMs, 2),
            BenchRow.AtMost("half-rate-p99", peak.HalfRate.P99Ms, "ms", 20),
            BenchRow.AtMost("grant-1m", peak.GrantSeconds, "s", 30),
            BenchRow.AtMost("memory-3m", large.MemoryMegabytes, "MB", 700),
            BenchRow.AtMost("restart-5m", large.RestartSeconds, "s", 20),
            BenchRow.AtMost("snapshot-pause", peak.SnapshotPauseMs, "ms", 50),
            BenchRow.AtMost("statement", large.StatementP99Ms, "ms", 10),
            BenchRow.AtMost("bytes-per-transfer", peak.BytesPerTransfer, "bytes", 250),
        ];
    }

    sealed record Peak(
        Measured Random, Measured Hot, double Pgbench, double OneCallerMs, double OneCommitMs, Measured HalfRate,
        double GrantSeconds, double SnapshotPauseMs, double BytesPerTransfer);

    static async Task<Peak> PeakAsync(BenchCity city, Size size)
    {
        await using var host = await LedgerHost.StartAsync(city.Options);
        var ledger = host.Ledger;
        var town = new LedgerTown(ledger);
        await Progress.TellAsync($"{size.People:n0} accounts, 2 lots each", () => town.SettleAsync(size.People, 2));
        await host.CheckpointAsync();
        await Callers.AskAsync(ledger, size.Outstanding, 2, Gifts(town));

        // Ours, the reference, ours again: a machine that is slower for a minute is slower for both.
        var (bytes, entries) = await JournalSizeAsync(host.Database.Source);
        var random = await Callers.AskAsync(ledger, size.Outstanding, size.Seconds, Gifts(town));
        var (bytesAfter, entriesAfter) = await JournalSizeAsync(host.Database.Source);
        Progress.Tell($"random {random}");
        var pgbench = await city.PgbenchAsync((int)size.Seconds);
        Progress.Tell($"pgbench {pgbench:n0}/s");
        var hot = await Callers.AskAsync(ledger, size.Outstanding, size.Seconds, Payments(town));
        Progress.Tell($"hot {hot}");
        foreach (var (name, asking) in new[] { ("random", Gifts(town)), ("hot", Payments(town)) })
        {
            var few = await Callers.AskAsync(ledger, 256, size.Seconds / 2, asking);
            Progress.Tell($"{name} with 256 callers {few.PerSecond:n0}/s, {few.PerSecond / pgbench:0.0} × pgbench");
        }

        var (oneCaller, oneCommit) = await OneByOneAsync(host, town, size.Seconds);
        await host.CheckpointAsync();
        var halfNumbers = new FastRandom(5);
        var half = await Callers.AskAtRateAsync(
            ledger, random.PerSecond / 2, size.Seconds, () => town.Gift(ref halfNumbers));
        Progress.Tell($"half rate {half}");
        await host.CheckpointAsync();
        var pause = await SnapshotPauseAsync(ledger, town, size);
        var grant = await GrantAsync(host, town, size.Grant);
        return new Peak(random, hot, pgbench, oneCaller, oneCommit, half, grant, pause,
            (bytesAfter - bytes) / (double)(entriesAfter - entries));
    }

    public static Func<int, Func<Transfer>> Gifts(LedgerTown town) => i =>
    {
        var numbers = new FastRandom((ulong)i + (ulong)Stopwatch.GetTimestamp());
        return () => town.Gift(ref numbers);
    };

    /// <summary>Everybody pays at one shop.</summary>
    static Func<int, Func<Transfer>> Payments(LedgerTown town) => i =>
    {
        var numbers = new FastRandom((ulong)i + (ulong)Stopwatch.GetTimestamp());
        return () => town.Payment(ref numbers);
    };

    public static async Task<(long Bytes, long Entries)> JournalSizeAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<(long, long)>(
            "select pg_total_relation_size('ledger.journal'), coalesce(max(sequence), 0) from ledger.journal");
    }

    /// <summary>One caller, and beside it one durable commit of a row as wide as an entry, turn by turn.</summary>
    static async Task<(double OursMs, double CommitMs)> OneByOneAsync(LedgerHost host, LedgerTown town, double seconds)
    {
        await using var connection = await host.Database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync("create table public.one_commit (at bigint primary key, body bytea not null)");
        await using var commit = new NpgsqlCommand("insert into public.one_commit values ($1, $2)", connection);
        commit.Parameters.Add(new NpgsqlParameter<long>());
        commit.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = new byte[100] });
        await commit.PrepareAsync();
        var numbers = new FastRandom(3);
        var (ours, commits) = (new List<double>(), new List<double>());
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds / 2;)
        {
            var began = Stopwatch.GetTimestamp();
            await host.Ledger.PostAsync(town.Gift(ref numbers), CancellationToken.None);
            ours.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            commit.Parameters[0].Value = (long)ours.Count;
            began = Stopwatch.GetTimestamp();
            await commit.ExecuteNonQueryAsync();
            commits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        ours.Sort();
        commits.Sort();
        Progress.Tell($"one caller {ours[ours.Count / 2]:0.000} ms, one commit {commits[commits.Count / 2]:0.000} ms");
        return (ours[ours.Count / 2], commits[commits.Count / 2]);
    }

    /// <summary>
    /// How long the writer decides nothing because it shares its books with the one who keeps them, and then copies the
    /// pages that it meets. What callers notice on top (a busy disk, two processors for three) is told beside it.
    /// </summary>
    static async Task<double> SnapshotPauseAsync(CityLedger ledger, LedgerTown town, Size size)
    {
        ledger.TakeLongestStep();
        var calm = await Callers.AskAsync(ledger, size.Outstanding, size.Seconds / 3, Gifts(town));
        Progress.Tell($"without a snapshot: writer {Longest():0.0} ms, callers {calm.PauseMs:0.0} ms");
        using var never = new CancellationTokenSource();
        var asking = Callers.AskAsync(ledger, size.Outstanding, 2 * size.Seconds, Gifts(town));
        var clock = Stopwatch.StartNew();
        await ledger.KeepBooksAsync(never.Token);
        var pause = Longest();
        Progress.Tell($"with one, kept in {clock.Elapsed.TotalSeconds:0.0} s: writer {pause:0.0} ms, "
            + $"callers {(await asking).PauseMs:0.0} ms");
        return pause;

        double Longest() => ledger.TakeLongestStep().TotalMilliseconds;
    }

    static async Task<double> GrantAsync(LedgerHost host, LedgerTown town, int people)
    {
        var clock = Stopwatch.StartNew();
        var grants = new Grants(host.Ledger, host.Database.Source, TimeProvider.System);
        var result = await grants.GiveAsync(
            new GrantOrder(DerivedId.From("bench grant"), town.Budget, 100, null), CancellationToken.None);
        if (result.Outcome != GrantOutcome.Finished || result.Given < people)
            throw new InvalidOperationException($"The grant ended with {result}.");
        Progress.Tell($"grant to {result.Given:n0} in {clock.Elapsed.TotalSeconds:0.0} s");
        return clock.Elapsed.TotalSeconds;
    }
}

/// <summary>What a long bench tells on standard error while it runs.</summary>
static class Progress
{
    public static void Tell(string what) => Console.Error.WriteLine($"  {what}");

    public static async Task TellAsync(string what, Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        Tell($"{what}: {clock.Elapsed.TotalSeconds:0.0} s");
    }
}
