using CityLoop.Server.Shared.Postgres;
using Npgsql;

namespace CityLoop.Server.Shared;

/// <summary>Where the data lies and who asks for it.</summary>
/// <param name="Folder">Holds the private cluster, the lock and the sockets of the running server.</param>
/// <param name="Connection">A database elsewhere, used instead of the private cluster.</param>
/// <param name="Holder"><see cref="Server"/>, or the name of a verb that works for a while.</param>
sealed record DatabaseOptions(string Folder, string? Connection, string Holder)
{
    public const string Server = "server";

    public bool IsServer => Holder == Server;

    /// <summary>The name of the database in the private cluster.</summary>
    public string Name { get; init; } = "city";
}

/// <summary>The one database: a private cluster of ours, or the one that a connection string names.</summary>
sealed partial class Database : IAsyncDisposable
{
    readonly FolderLock? _lock;

    Database(FolderLock? folderLock, PrivateCluster? cluster, NpgsqlDataSource source, DatabaseOptions options)
    {
        (_lock, Cluster, Source, Options) = (folderLock, cluster, source, options);
        cluster?.Restarted = source.Clear;
    }

    public DatabaseOptions Options { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>The cluster that this process started; null when another process runs it, or it is elsewhere.</summary>
    public PrivateCluster? Cluster { get; }

    /// <summary>
    /// Opens the database, starting what it needs. A verb works beside a running server; beside another verb it waits,
    /// because the database ends with the process that started it.
    /// </summary>
    /// <exception cref="CannotStartException">It cannot be had; the message says what to do.</exception>
    public static async Task<Database> OpenAsync(
        DatabaseOptions options, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var folderLock = await TakeLockAsync(options, log, cancellation);
        PrivateCluster? cluster = null;
        try
        {
            if (options.Connection is { } elsewhere)
                return new Database(folderLock, null, await ReachAsync(elsewhere, cancellation), options);
            var place = ClusterPlace.Of(options.Folder);
            if (folderLock is not null)
                cluster = await PrivateCluster.StartAsync(place, time, log, cancellation);
            await CreateIfMissingAsync(place, options.Name, cancellation);
            var source = SourceOf(PrivateCluster.ConnectionTo(place, options.Name).ConnectionString);
            return new Database(folderLock, cluster, source, options);
        }
        catch
        {
            if (cluster is not null)
                await cluster.DisposeAsync();
            folderLock?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A database elsewhere is looked at once, so that a mistyped address is told and not waited for.
    /// </summary>
    static async Task<NpgsqlDataSource> ReachAsync(string connection, CancellationToken cancellation)
    {
        const string advice =
            "Mend it in --connection or ConnectionStrings__City, or leave both out for a private one.";
        NpgsqlDataSource source;
        try
        {
            source = SourceOf(connection);
        }
        catch (ArgumentException e)
        {
            throw new CannotStartException($"The connection string cannot be read: {e.Message} {advice}");
        }

        try
        {
            await using var tried = await source.OpenConnectionAsync(cancellation);
            return source;
        }
        catch (NpgsqlException e)
        {
            await source.DisposeAsync();
            throw new CannotStartException($"The database cannot be reached: {e.Message}. {advice}");
        }
    }

    /// <summary>A pool for a connection string; several hosts in it mean a cluster with one primary.</summary>
    public static NpgsqlDataSource SourceOf(string connection)
    {
        // The ledger's writer opens a connection beside the pool and needs the whole connection string for it.
        var settings = new NpgsqlConnectionStringBuilder(connection) { PersistSecurityInfo = true };
        if (settings.Host?.Contains(',') != true)
            return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();

        // Npgsql wants the wish for the primary on the pool, not in the connection string.
        settings.TargetSessionAttributes = null;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).BuildMultiHost()
            .WithTargetSession(TargetSessionAttributes.Primary);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        _lock?.Dispose();
    }

    static async Task<FolderLock?> TakeLockAsync(
        DatabaseOptions options, ILogger log, CancellationToken cancellation)
    {
        var told = false;
        while (true)
        {
            if (FolderLock.TryTake(options.Folder, options.Holder) is { } taken)
                return taken;
            var (holder, pid) = FolderLock.HolderOf(options.Folder);
            if (holder == DatabaseOptions.Server && options.IsServer)
                throw new CannotStartException(
                    $"The city in {options.Folder} is already running (process {pid}). "
                    + $"Use it, stop it with 'kill {pid}', or start another city with --data FOLDER.");
            if (holder == DatabaseOptions.Server)
                return null;
            if (!told && holder.Length > 0)
                WaitsFor(log, holder, pid);
            told |= holder.Length > 0;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }
    }

    static async Task CreateIfMissingAsync(ClusterPlace place, string name, CancellationToken cancellation)
    {
        var settings = PrivateCluster.ConnectionTo(place, "postgres");
        settings.Pooling = false;
        // Beside a server that is just starting, its cluster may not answer yet.
        for (var attempt = 0; ; attempt++)
            try
            {
                await using var connection = new NpgsqlConnection(settings.ConnectionString);
                await connection.OpenAsync(cancellation);
                await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
                find.Parameters.Add(new NpgsqlParameter { Value = name });
                if (await find.ExecuteScalarAsync(cancellation) is not null)
                    return;
                await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name}\"", connection);
                await create.ExecuteNonQueryAsync(cancellation);
                return;
            }
            catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.DuplicateDatabase)
            {
                return;
            }
            catch (NpgsqlException) when (attempt < 300)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
            }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for './cityloop {Holder}' (process {Pid}) to end.")]
    static partial void WaitsFor(ILogger log, string holder, string pid);
}
