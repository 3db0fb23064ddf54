using static System.FormattableString;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Operations;
using CityLoop.Server.Shared;
using CityLoop.Server.Shared.Postgres;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestRun))]

namespace CityLoop.Server.Tests.Hosting;

/// <summary>Ends what the run has started: the cluster and the browser, where a test needed them.</summary>
public sealed class TestRun : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Browser.CloseAsync();
        await TestCluster.StopAsync();
    }
}

/// <summary>The one PostgreSQL of a test run, with a template of a fresh demo city in it.</summary>
sealed class TestCluster
{
    const string Template = "template_city";

    /// <summary>In bytes; a whole run's databases take half of it.</summary>
    const long SmallDisk = 8L << 30;

    static readonly Lazy<Task<TestCluster>> Started = new(StartAsync);

    readonly SemaphoreSlim _cloning = new(1);
    readonly FolderLock _lock;
    readonly PrivateCluster _cluster;
    int _clones;

    TestCluster(string folder, FolderLock folderLock, PrivateCluster cluster) =>
        (Folder, _lock, _cluster) = (folder, folderLock, cluster);

    public static Task<TestCluster> Current => Started.Value;

    /// <summary>A folder of the run; below it each city has its own.</summary>
    public string Folder { get; }

    public string ConnectionTo(string database) =>
        PrivateCluster.ConnectionTo(_cluster.Place, database).ConnectionString;

    /// <summary>A database of its own: a demo city as it stands at its first opening.</summary>
    public async Task<string> CloneAsync()
    {
        var name = Invariant($"city_{Interlocked.Increment(ref _clones)}");
        await _cloning.WaitAsync();
        try
        {
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
            // The copied journal is sealed with the template's key.
            Directory.CreateDirectory(Path.Combine(Folder, name));
            File.Copy(
                Path.Combine(Folder, Template, SealKey.FileName), Path.Combine(Folder, name, SealKey.FileName));
        }
        finally
        {
            _cloning.Release();
        }

        return name;
    }

    /// <summary>
    /// All go with the run's folder. One by one they cost a checkpoint each, and the next clone a search for names of
    /// files that were not deleted just now; so that is done only where the disk is small.
    /// </summary>
    public Task DropAsync(string database) =>
        new DriveInfo(Folder).AvailableFreeSpace < SmallDisk
            ? ExecuteAsync($"DROP DATABASE {database} WITH (FORCE)")
            : Task.CompletedTask;

    public static async Task StopAsync()
    {
        if (!Started.IsValueCreated)
            return;
        var current = await Started.Value;
        await current._cluster.DisposeAsync();
        current._lock.Dispose();
        Remove(current.Folder);
    }

    static async Task<TestCluster> StartAsync()
    {
        RemoveWhatDeadRunsLeft();
        // Not CreateTempSubdirectory: its folders are closed to the user as whom PostgreSQL runs under root.
        var folder = Path.Combine(Path.GetTempPath(), Invariant($"cityloop-tests-{Environment.ProcessId}"));
        var folderLock = FolderLock.TryTake(folder, "tests")!;
        var cluster = await PrivateCluster.StartAsync(
            ClusterPlace.Of(folder), TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var current = new TestCluster(folder, folderLock, cluster);
        await current.MakeTemplateAsync();
        return current;
    }

    async Task MakeTemplateAsync()
    {
        await ExecuteAsync($"CREATE DATABASE {Template}");
        var options = new CityOptions
        {
            DataFolder = Path.Combine(Folder, Template), Connection = ConnectionTo(Template), Holder = "tests",
            Demo = true,
        };
        using var logs = LoggerFactory.Create(_ => { });
        await using (var city = await CityHost.StartAsync(options, new TestClock(), logs, CancellationToken.None))
            await DemoSeed.PlantAllAsync(city.Services, CancellationToken.None);
        NpgsqlConnection.ClearAllPools();
    }

    async Task ExecuteAsync(string sql)
    {
        var settings = PrivateCluster.ConnectionTo(_cluster.Place, "postgres");
        settings.Pooling = false;
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    static void RemoveWhatDeadRunsLeft()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), "cityloop-tests-*"))
            if (FolderLock.TryTake(folder, "clean-up") is { } mine)
            {
                mine.Dispose();
                Remove(folder);
            }
    }

    static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Another run, in another checkout, is removing it too.
        }
    }
}
