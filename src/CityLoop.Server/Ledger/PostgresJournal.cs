using System.Buffers;
using CityLoop.Ledger;
using CityLoop.Server.Ledger.Seals;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>
/// The journal in PostgreSQL. The writer's lock and the appends live on one connection: who loses the connection loses
/// the lock with it, and the primary key on the gap-free sequence refuses a second writer whatever happens. The seat is
/// confirmed on another connection.
/// </summary>
sealed class PostgresJournal(NpgsqlDataSource database, WriterSeat seat, JournalSeals seals)
    : IJournal, IAsyncDisposable
{
    static readonly string InsertSql =
        $"insert into ledger.journal ({JournalRows.ColumnsToWrite}) values ("
        + string.Join(", ", JournalRows.ColumnsToWrite.Split(',').Select((_, i) => $"${i + 1}")) + ")";

    readonly SealedTree _tree = new();

    /// <summary>The connection does one thing at a time: append a batch, or seal what is there.</summary>
    readonly SemaphoreSlim _turn = new(1);

    readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);
    NpgsqlConnection? _connection;
    NpgsqlCommand? _insert;

    public Task AppendAsync(IReadOnlyList<JournalEntry> batch, CancellationToken cancellation) =>
        // The stream of a COPY is written synchronously: on a thread of its own the next batch is decided meanwhile.
        Task.Run(() => InTurnAsync(() => Append(batch), cancellation), cancellation);

    /// <summary>Signs the tree over everything that is durable; false when that is sealed already.</summary>
    /// <exception cref="IOException">The journal is not open now, or was lost meanwhile.</exception>
    /// <exception cref="CannotSealException">The key is not here; the message says what to do.</exception>
    public async Task<bool> SealAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await seals.SealAsync(
                _tree, _connection ?? throw new IOException("The journal is not open."), cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or ObjectDisposedException)
        {
            throw new IOException("It is not known whether the seal was kept.", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<long> ReopenAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await ReopenInTurnAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task<long> ReopenInTurnAsync(CancellationToken cancellation)
    {
        await CloseAsync();
        try
        {
            _connection = await seat.TakeAsync(cancellation);
            await using var command = new NpgsqlCommand(
                "select coalesce(max(sequence), 0) from ledger.journal", _connection);
            var last = (long)(await command.ExecuteScalarAsync(cancellation))!;
            await seals.CatchUpAsync(_tree, _connection, last, cancellation);
            return last;
        }
        catch (NpgsqlException e)
        {
            throw new IOException("The journal's database cannot be reached.", e);
        }
    }

    public Task ConfirmSeatAsync(CancellationToken cancellation) => seat.ConfirmAsync(cancellation);

    public async Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int count, CancellationToken cancellation)
    {
        try
        {
            // On a thread of its own: while one piece of a long tail is applied, the next is read.
            return await Task.Run(() => JournalReader.CopyAsync(database, after, count, cancellation), cancellation);
        }
        catch (NpgsqlException e)
        {
            throw new IOException("The journal's database cannot be reached.", e);
        }
    }

    public Task<LedgerState> LoadSnapshotAsync(CancellationToken cancellation) =>
        SnapshotStore.LoadAsync(database, cancellation);

    public async Task SaveSnapshotAsync(LedgerState books, CancellationToken cancellation)
    {
        try
        {
            // A thread of its own: it rests in between, and the pool's threads have people waiting. At the end of a
            // server nobody needs the rest of the machine.
            await Task.Factory.StartNew(
                () => SnapshotStore.Save(database, books, isGentle: cancellation.CanBeCanceled, cancellation),
                cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (NpgsqlException e)
        {
            throw new IOException("The snapshot could not be kept.", e);
        }
    }

    /// <summary>Leaves the seat, if it was this server's; it must have stopped answering before.</summary>
    public async ValueTask DisposeAsync()
    {
        var wrote = _connection is not null;
        await CloseAsync();
        if (wrote)
            await seat.LeaveAsync();
        await seat.DisposeAsync();
    }

    void Append(IReadOnlyList<JournalEntry> batch)
    {
        var connection = _connection ?? throw new IOException("The journal is not open.");
        _buffer.ResetWrittenCount();
        _tree.Begin();
        try
        {
            if (batch.Count == 1)
                Insert(connection, batch[0]);
            else
                Copy(connection, batch);
            _tree.Keep();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new JournalHasAnotherWriterException("The journal already has an entry with this number.", e);
        }
        catch (Exception e) when (
            e is NpgsqlException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            throw new IOException("It is not known whether the batch was appended.", e);
        }
    }

    void Copy(NpgsqlConnection connection, IReadOnlyList<JournalEntry> batch)
    {
        JournalRows.Write(_buffer, batch, _tree);
        // A COPY outside of a transaction is one: when the stream closes, all of it is on disk or none.
        using var copy = connection.BeginRawBinaryCopy(
            $"copy ledger.journal ({JournalRows.ColumnsToWrite}) from stdin (format binary)");
        copy.Write(_buffer.WrittenSpan);
    }

    void Insert(NpgsqlConnection connection, JournalEntry entry)
    {
        if (_insert?.Connection != connection)
            _insert = new NpgsqlCommand(InsertSql, connection);
        JournalRows.Write(_buffer, _insert.Parameters, entry, _tree);
        if (!_insert.IsPrepared)
            _insert.Prepare();
        _insert.ExecuteNonQuery();
    }

    async Task InTurnAsync(Action work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            work();
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task CloseAsync()
    {
        if (_connection is null)
            return;
        try
        {
            await _connection.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // It was broken already; there is nothing left to close.
        }

        _connection = null;
    }
}
