using CityLoop.Ledger;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>What stands in the database about the writer's seat.</summary>
sealed record SeatLook(Guid Server, string Address, long Term, long Beat, bool IsFree, string Process);

/// <summary>
/// The one seat of the journal's writer. Two things make it: a row that says whose turn it is (its term), and an
/// advisory lock, held by the connection that appends. The row is claimed first: from then on the one before gets no
/// confirmation. Then its connection is ended, where it still stands: from then on nothing that it tries lands.
/// </summary>
sealed class WriterSeat(NpgsqlDataSource database, Guid server, string address) : IAsyncDisposable
{
    /// <summary>Any number will do as long as every server uses the same: "CityLoop" in ASCII.</summary>
    const long LockKey = 0x436974794C6F6F70;

    /// <summary>PostgreSQL ends a connection within milliseconds, except one that is itself stopped.</summary>
    static readonly (int Count, TimeSpan Pause) LockTries = (40, TimeSpan.FromMilliseconds(50));

    /// <summary>Longer than the lease lasts: an answer that comes later is of no use.</summary>
    const int ConfirmTimeoutSeconds = 3;

    readonly SemaphoreSlim _turn = new(1);
    readonly SeatWatch _watch = new(TimeProvider.System);
    NpgsqlConnection? _confirming;
    long _term;

    /// <summary>Takes the seat; the connection that is returned may append.</summary>
    /// <exception cref="JournalHasAnotherWriterException">Another server sits there and lives.</exception>
    /// <exception cref="IOException">A connection that is being ended still holds the lock: try again.</exception>
    public async Task<NpgsqlConnection> TakeAsync(CancellationToken cancellation)
    {
        var seen = await LookAsync(database, cancellation);
        if (seen is not null && !MayTake(seen))
            throw new JournalHasAnotherWriterException();
        await InTurnAsync(async () => _term = await ClaimAsync(seen, cancellation), cancellation);
        var connection = await OpenAsync("cityloop-writer", cancellation);
        try
        {
            await LockAsync(connection, cancellation);
            // Whoever was held up between claim and lock may have lost the seat again.
            await ConfirmAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Proves that the seat is still this server's, and keeps the others from taking it.</summary>
    /// <remarks>
    /// On a connection of its own: the one that appends may be busy, and in the pool all may be lent out.
    /// </remarks>
    public Task ConfirmAsync(CancellationToken cancellation) =>
        InTurnAsync(() => BeatAsync(cancellation), cancellation);

    async Task BeatAsync(CancellationToken cancellation)
    {
        try
        {
            _confirming ??= await OpenConfirmingAsync(cancellation);
            await using var beat = new NpgsqlCommand(
                "update ledger.writer set beat = beat + 1 where term = $1", _confirming)
            {
                CommandTimeout = ConfirmTimeoutSeconds,
            };
            beat.Parameters.AddWithValue(_term);
            if (await beat.ExecuteNonQueryAsync(cancellation) == 0)
                throw new JournalHasAnotherWriterException();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or ObjectDisposedException)
        {
            await DropConfirmingAsync();
            throw new IOException("The writer's seat could not be confirmed.", e);
        }
    }

    /// <summary>Gives the seat up in good order: the next one need not wait.</summary>
    public async Task LeaveAsync()
    {
        try
        {
            await using var leave = database.CreateCommand(
                "update ledger.writer set is_free = true where term = $1 and server = $2");
            leave.Parameters.AddWithValue(_term);
            leave.Parameters.AddWithValue(server);
            await leave.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The others wait until the seat has been silent for long enough.
        }
    }

    public async ValueTask DisposeAsync() => await DropConfirmingAsync();

    /// <summary>The server that sat there last, null before the first.</summary>
    public static async Task<SeatLook?> LookAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select server, address, term, beat, is_free, process from ledger.writer");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new SeatLook(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4),
                row.GetString(5))
            : null;
    }

    /// <summary>A seat that is just being claimed anew must not be confirmed under its old term.</summary>
    async Task InTurnAsync(Func<Task> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    bool MayTake(SeatLook seen) =>
        _watch.IsSilent(seen.Term, seen.Beat) || seen.IsFree || seen.Server == server
        || ProcessMark.IsGone(seen.Process);

    /// <summary>One of those who saw the same gets it.</summary>
    async Task<long> ClaimAsync(SeatLook? seen, CancellationToken cancellation)
    {
        await using var claim = database.CreateCommand(
            seen is null
                ? """
                  insert into ledger.writer (server, address, process, term) values ($1, $2, $3, 1)
                  on conflict do nothing returning term
                  """
                : """
                  update ledger.writer
                  set server = $1, address = $2, process = $3, term = term + 1, beat = 0, is_free = false, since = now()
                  where term = $4 and beat = $5 returning term
                  """);
        claim.Parameters.AddWithValue(server);
        claim.Parameters.AddWithValue(address);
        claim.Parameters.AddWithValue(ProcessMark.OfThisProcess);
        if (seen is not null)
        {
            claim.Parameters.AddWithValue(seen.Term);
            claim.Parameters.AddWithValue(seen.Beat);
        }

        return await claim.ExecuteScalarAsync(cancellation) as long? ?? throw new JournalHasAnotherWriterException();
    }

    async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            await using var take = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
            take.Parameters.AddWithValue(LockKey);
            if ((bool)(await take.ExecuteScalarAsync(cancellation))!)
                return;
            if (tried == LockTries.Count)
                throw new IOException("The writer's lock is still held by a connection that PostgreSQL has not ended.");
            await EndHolderAsync(connection, cancellation);
            await Task.Delay(LockTries.Pause, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Ends the connection that holds the lock, as long as the seat is claimed by this server.</summary>
    async Task EndHolderAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var end = new NpgsqlCommand(
            """
            select pg_terminate_backend(l.pid)
            from pg_locks l join pg_database d on d.oid = l.database
            where l.locktype = 'advisory' and l.granted and d.datname = current_database()
              and l.objsubid = 1 and (l.classid::bigint << 32 | l.objid::bigint) = $1
              and exists (select from ledger.writer where term = $2 and server = $3)
            """, connection);
        end.Parameters.AddWithValue(LockKey);
        end.Parameters.AddWithValue(_term);
        end.Parameters.AddWithValue(server);
        await end.ExecuteNonQueryAsync(cancellation);
    }

    async Task<NpgsqlConnection> OpenConfirmingAsync(CancellationToken cancellation)
    {
        var connection = await OpenAsync("cityloop-seat", cancellation);
        // A beat that a crash of the database takes back harms nobody: every connection ends with it.
        await using var settings = new NpgsqlCommand("set synchronous_commit = off", connection);
        await settings.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    /// <summary>Not from the pool: a pooled connection would keep the lock for the next borrower.</summary>
    async Task<NpgsqlConnection> OpenAsync(string name, CancellationToken cancellation)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Pooling = false, ApplicationName = name, KeepAlive = 5,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    async Task DropConfirmingAsync()
    {
        var dropped = Interlocked.Exchange(ref _confirming, null);
        if (dropped is null)
            return;
        try
        {
            await dropped.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // It was broken already; there is nothing left to close.
        }
    }
}
