using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations;
using CityLoop.Server.Shared;
using CityLoop.Server.Shared.Postgres;

namespace CityLoop.Bench;

/// <summary>A city of its own for one bench, on a private cluster as a city's: fsync on, same settings.</summary>
sealed partial class BenchCity : IAsyncDisposable
{
    public static readonly CurrencyId Currency = new(1);

    /// <summary>Closed to nobody: under root PostgreSQL runs as another user and must be able to enter.</summary>
    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"cityloop-bench-{Environment.ProcessId}");

    public CityOptions Options { get; }

    public BenchCity()
    {
        Directory.CreateDirectory(Folder);
        Options = new CityOptions { DataFolder = Folder };
    }

    /// <summary>
    /// The reference of the run: pgbench's TPC-B, 8 clients, scale 50, on the cluster of this folder, durable like
    /// ours. Its database is dropped afterwards.
    /// </summary>
    public async Task<double> PgbenchAsync(int seconds)
    {
        var place = ClusterPlace.Of(Folder);
        await PsqlAsync(place, "create database pgbench");
        await RunAsync(place, "pgbench", "-i", "-q", "-s", "50", "pgbench");
        var printed = await RunAsync(place, "pgbench", "-c", "8", "-j", "2", "-T", $"{seconds}", "pgbench");
        await PsqlAsync(place, "drop database pgbench");
        var tps = Tps().Match(printed);
        return tps.Success
            ? double.Parse(tps.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench printed no tps: {printed}");
    }

    /// <summary>People with an account each and as many points, given by a bank outside.</summary>
    public static async Task<AccountId[]> OpenPeopleAsync(CityLedger ledger, int count, long points)
    {
        var bank = await ledger.OpenAccountAsync(
            DerivedId.From("bench bank"), Currency, AccountKind.Outside, CancellationToken.None);
        var opening = Enumerable.Range(0, count)
            .Select(i => (LedgerCommand)new OpenAccount(DerivedId.From("bench", $"{i}"), Currency, AccountKind.Person))
            .ToList();
        await ledger.PostManyAsync(opening, CancellationToken.None);
        var people = await ledger.ReadAsync(
            books => opening.Select(o => books.FindAccount(o.Id)!.Value).ToArray(), CancellationToken.None);
        await ledger.PostManyAsync(
            [.. people.Select(p =>
                new Transfer(DerivedId.From("first", p.ToString()), bank, p, points, TransferCode.Gift))],
            CancellationToken.None);
        return people;
    }

    public ValueTask DisposeAsync()
    {
        var place = ClusterPlace.Of(Folder);
        foreach (var folder in new[] { place.Home, Folder })
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    static Task<string> PsqlAsync(ClusterPlace place, string sql) =>
        RunAsync(place, "psql", "-q", "-c", sql, "postgres");

    static async Task<string> RunAsync(ClusterPlace place, string program, params string[] arguments)
    {
        var path = Path.Combine(PostgresPrograms.Find(place.MadeBy).Folder, program);
        var connection = PrivateCluster.ConnectionTo(place, "postgres");
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PGHOST"] = connection.Host;
        start.Environment["PGPORT"] = connection.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = connection.Username;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
