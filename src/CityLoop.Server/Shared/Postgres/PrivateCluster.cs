using System.Diagnostics;
using System.Reflection;
using Npgsql;

namespace CityLoop.Server.Shared.Postgres;

/// <summary>
/// A PostgreSQL of the server's own: on a unix socket, stopped when the server ends however it ends, started again
/// when it dies alone. The caller holds the data folder's <see cref="FolderLock"/>.
/// </summary>
sealed partial class PrivateCluster : IAsyncDisposable
{
    static readonly string Script = ReadScript();

    // Crash recovery after a kill is short only while little is left to replay, and imports write gigabytes: 4 GB
    // between checkpoints replays in seconds. 200 connections serve the tests' many small databases at once.
    // What a connection writes into the system's cache is sent to the disk soon: gathered for half a minute and flushed
    // at once by a checkpoint, it made payments wait for up to half a second.
    static readonly string[] Settings =
    [
        "listen_addresses=", "max_connections=200", "shared_buffers=256MB", "max_wal_size=4GB", "min_wal_size=512MB",
        "timezone=UTC", "log_timezone=UTC", "cluster_name=cityloop", "log_line_prefix=%m [%p] %d ", "fsync=on",
        "full_page_writes=on", "backend_flush_after=256kB",
    ];

    /// <summary>Who has lived as long as this did not die of starting.</summary>
    static readonly TimeSpan LongLife = TimeSpan.FromSeconds(10);

    readonly PostgresPrograms _programs;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly CancellationTokenSource _stopping = new();
    Process _supervisor;
    Task _watching = Task.CompletedTask;

    PrivateCluster(ClusterPlace place, PostgresPrograms programs, TimeProvider time, ILogger log)
    {
        (Place, _programs, _time, _log) = (place, programs, time, log);
        _supervisor = Launch();
    }

    public ClusterPlace Place { get; }

    /// <summary>The number of the postmaster's process.</summary>
    public int PostmasterPid { get; private set; }

    /// <summary>Called when PostgreSQL had died and serves again; connections from before are dead.</summary>
    public Action? Restarted { get; set; }

    /// <summary>How to reach a database of the cluster at a place.</summary>
    public static NpgsqlConnectionStringBuilder ConnectionTo(ClusterPlace place, string database) => new()
    {
        Host = place.Sockets,
        Username = "cityloop",
        Database = database,
        ApplicationName = "cityloop",
    };

    /// <summary>Makes the cluster if there is none yet, starts it and waits until it serves.</summary>
    /// <exception cref="CannotStartException">It does not start; the message says why.</exception>
    public static async Task<PrivateCluster> StartAsync(
        ClusterPlace place, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var programs = PostgresPrograms.Find(place.MadeBy);
        if (place.MadeBy is null)
            MakesCluster(log, programs.Version, place.Home);
        var cluster = new PrivateCluster(place, programs, time, log);
        try
        {
            await cluster.UntilItServesAsync(cancellation);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        cluster._watching = cluster.KeepRunningAsync();
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await StopAsync();
        _supervisor.Dispose();
        _stopping.Dispose();
    }

    async Task StopAsync()
    {
        // The end of this pipe tells the supervisor to stop PostgreSQL; it answers by ending.
        _supervisor.StandardInput.Close();
        await _supervisor.WaitForExitAsync(CancellationToken.None);
    }

    Process Launch()
    {
        // A session of its own keeps the terminal's Ctrl-C away, so that the server can finish before its database.
        string[] command =
        [
            .. ClusterPlace.As(Place.User), "sh", "-c", Script, "cityloop-postgres",
            _programs.Folder, Place.Home, Place.Sockets, .. Settings.SelectMany(s => new[] { "-c", s }),
        ];
        var start = new ProcessStartInfo("setsid", command)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    async Task UntilItServesAsync(CancellationToken cancellation)
    {
        var said = await _supervisor.StandardOutput.ReadLineAsync(cancellation) ?? "";
        if (!said.StartsWith("started ", StringComparison.Ordinal))
            throw new CannotStartException($"The private database does not start: {said}");
        PostmasterPid = int.Parse(said["started ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        // Not pooled, and 'template1' is always there: what is asked is whether the server answers at all.
        var probe = ConnectionTo(Place, "template1");
        (probe.Pooling, probe.Timeout) = (false, 5);
        while (!await AnswersAsync(probe.ConnectionString, cancellation))
        {
            if (_supervisor.HasExited)
                throw new CannotStartException(
                    $"The private database does not start. The last lines of {Place.Home}/postgres.log:\n"
                    + string.Join('\n', File.ReadLines(Path.Combine(Place.Home, "postgres.log")).TakeLast(5)));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }
    }

    static async Task<bool> AnswersAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            // No socket yet, or "the database system is starting up" while it replays what a crash left.
            return false;
        }
    }

    /// <summary>Starts PostgreSQL again whenever it dies while the server lives.</summary>
    async Task KeepRunningAsync()
    {
        var pause = TimeSpan.Zero;
        try
        {
            while (true)
            {
                var since = _time.GetTimestamp();
                await _supervisor.WaitForExitAsync(_stopping.Token);
                DiedAlone(_log, _supervisor.ExitCode);
                // A death is mended at once. Dying again and again is a full disk or worse: then a little more slowly
                // each time, so that the log stays readable.
                pause = _time.GetElapsedTime(since) > LongLife ? TimeSpan.Zero : pause + TimeSpan.FromMilliseconds(100);
                await Task.Delay(pause, TimeProvider.System, _stopping.Token);
                await StartAgainAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops; so does this.
        }
    }

    async Task StartAgainAsync()
    {
        _supervisor.Dispose();
        _supervisor = Launch();
        try
        {
            await UntilItServesAsync(_stopping.Token);
            ServesAgain(_log, PostmasterPid);
            Restarted?.Invoke();
        }
        catch (CannotStartException failure)
        {
            StillDown(_log, failure.Message);
        }
    }

    static string ReadScript()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("private-cluster.sh")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Making a private PostgreSQL {Version} cluster in {Home}.")]
    static partial void MakesCluster(ILogger log, int version, string home);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL ended by itself ({ExitCode}); starting it again.")]
    static partial void DiedAlone(ILogger log, int exitCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL serves again, process {Pid}.")]
    static partial void ServesAgain(ILogger log, int pid);

    [LoggerMessage(Level = LogLevel.Critical, Message = "PostgreSQL does not come back: {Reason}")]
    static partial void StillDown(ILogger log, string reason);
}
