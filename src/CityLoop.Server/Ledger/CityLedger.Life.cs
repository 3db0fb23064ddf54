using System.Runtime;
using CityLoop.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Shared;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>How a server becomes the journal's writer, follows another one, and takes over from it.</summary>
sealed partial class CityLedger : IHostedService, IDisposable
{
    static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    readonly Guid _server = Guid.CreateVersion7(clock.GetUtcNow());
    readonly CancellationTokenSource _stop = new();
    readonly TaskCompletionSource<LedgerRole> _firstRole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile LedgerRole? _role;
    volatile TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    LedgerWriter? _writer;
    PostgresJournal? _journal;
    Task _life = Task.CompletedTask;

    /// <summary>True while this server decides; the turn of the day and other single jobs belong to it.</summary>
    public bool IsWriter => _role is WritingRole;

    /// <summary>Answers when the books are in memory and posts are taken.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_life.IsCompleted || _role is not null)
            return;
        _life = LiveAsync();
        await await Task.WhenAny(_firstRole.Task, _life).WaitAsync(cancellationToken);
    }

    /// <summary>Commits what has queued, keeps the books for the next start, gives up the seat.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _writer?.Finish();
        if (_writer is null)
            await _stop.CancelAsync();
        else
            _stop.CancelAfter(TimeSpan.FromSeconds(20));
        await _life;
    }

    async Task LiveAsync()
    {
        using var place = await run.TakeAsync(_server, _stop.Token);
        await using var socket = new WriterSocket(place.Socket, (post, stop) => _role is WritingRole role
            ? role.PostAsync(post, stop)
            : throw new JournalHasAnotherWriterException());
        await using var journal = new PostgresJournal(
            database, new WriterSeat(database, _server, place.Socket), seals);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var books = await RecoverAsync(journal);
                var last = await TakeSeatAsync(journal) ?? await FollowAsync(journal, books);
                await LedgerRecovery.CatchUpAsync(journal, books, _stop.Token);
                await MustEndTogetherAsync(journal, last, books);
                await WriteAsync(journal, books);
                return;
            }
            catch (Exception e) when (e is IOException or NpgsqlException or JournalHasAnotherWriterException)
            {
                // Whatever it decided last may not stand in the journal: the next round reads the books anew.
                _writer = null;
                LogTrouble(e);
                await Pause(RetryInterval);
            }
            catch (InvalidDataException e)
            {
                // The books are not ours to mend, and nobody may write into them until somebody has looked.
                LogWrongBooks(e);
                throw new CannotStartException(e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Nobody waits for an answer yet, so the collector may stop us for some milliseconds instead of working beside
    /// us: beside us it takes processors that the books and PostgreSQL need (docs/decisions/0041).
    /// </summary>
    async Task<LedgerState> RecoverAsync(PostgresJournal journal)
    {
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        try
        {
            return await LedgerRecovery.RecoverAsync(journal, _stop.Token);
        }
        finally
        {
            GCSettings.LatencyMode = GCLatencyMode.Interactive;
        }
    }

    /// <summary>The journal's last entry, as soon as it is this server's to go on with; null while it is not.</summary>
    async Task<long?> TakeSeatAsync(PostgresJournal journal)
    {
        try
        {
            return await journal.ReopenAsync(_stop.Token);
        }
        catch (JournalHasAnotherWriterException)
        {
            return null;
        }
    }

    /// <summary>
    /// Books that were kept or followed may know what the journal has lost: to go on from there would leave a hole.
    /// </summary>
    async Task MustEndTogetherAsync(PostgresJournal journal, long last, LedgerState books)
    {
        var isSame = books.Sequence == last
            && (last == 0 || (await journal.ReadAsync(last - 1, 1, _stop.Token)) is [var entry]
                && entry.At == books.LastAt);
        if (!isSame)
            throw new InvalidDataException(
                $"The journal ends with entry {last}, and the books go on to entry {books.Sequence} or know another "
                + "one there. Nothing is written to it; './cityloop verify' names the first wrong entry.");
    }

    public void Dispose() => _stop.Dispose();

    async Task WriteAsync(PostgresJournal journal, LedgerState books)
    {
        LogWriting(books.Sequence, books.AccountCount);
        var writer = new LedgerWriter(journal, books, clock, new LedgerWriterOptions { OnTrouble = LogTrouble });
        var startedAt = books.Sequence;
        writer.Committed += _ => Advance();
        _writer = writer;
        _journal = journal;
        Become(new WritingRole(writer));
        using var noMoreSeals = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var sealing = SealNowAndThenAsync(journal, noMoreSeals.Token);
        try
        {
            await writer.RunAsync(_stop.Token);
        }
        finally
        {
            await noMoreSeals.CancelAsync();
            await sealing;
            _journal = null;
        }

        await TrySealAsync(journal, CancellationToken.None);
        if (books.Sequence > startedAt)
            await journal.SaveSnapshotAsync(books, CancellationToken.None);
    }

    /// <summary>
    /// Follows the other writer until its seat is free and taken by this server; answers the journal's last entry.
    /// </summary>
    async Task<long> FollowAsync(PostgresJournal journal, LedgerState books)
    {
        LogFollowing(books.Sequence);
        var role = new FollowingRole(database, journal, books);
        await role.ReadAsync(_ => true, _stop.Token);
        Become(role);
        var term = default(long?);
        while (true)
        {
            await Pause(FollowInterval);
            var seat = await WriterSeat.LookAsync(database, _stop.Token);
            if (term is not null && seat?.Term != term)
                role.WriterHasChanged();
            term = seat?.Term;
            var before = role.DurableSequence;
            if (await role.ReadAsync(b => b.Sequence, _stop.Token) > before)
                Advance();
            if (await TakeSeatAsync(journal) is not { } last)
                continue;
            await role.CloseAsync();
            return last;
        }
    }

    void Become(LedgerRole role)
    {
        _role = role;
        _firstRole.TrySetResult(role);
        Advance();
    }

    void Advance()
    {
        var before = Interlocked.Exchange(
            ref _advanced, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        before.TrySetResult();
    }

    /// <summary>The machine's time, not the city's: a test that holds the city's clock must not hold this.</summary>
    async Task Pause(TimeSpan time) => await Task.Delay(time, TimeProvider.System, _stop.Token);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "This server writes the journal, from entry {Sequence} on, with {Accounts} accounts.")]
    partial void LogWriting(long sequence, int accounts);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Another server writes the journal; this one follows it from entry {Sequence} on.")]
    partial void LogFollowing(long sequence);

    /// <summary>Seals now what is durable; false when that is sealed already, or another server writes.</summary>
    public async Task<bool> SealAsync(CancellationToken cancellation) =>
        _journal is { } journal && await journal.SealAsync(cancellation);

    /// <summary>Keeps the books as they are now, beside what goes on; nothing where another server writes.</summary>
    public async Task KeepBooksAsync(CancellationToken cancellation)
    {
        if (_journal is not { } journal || _writer is not { } writer)
            return;
        var copy = await writer.ReadAsync(books => books.Copy());
        try
        {
            await journal.SaveSnapshotAsync(copy, cancellation);
        }
        finally
        {
            copy.Release();
        }
    }

    /// <summary>The longest time that the writer took over one step since this was asked last.</summary>
    public TimeSpan TakeLongestStep() => _writer?.TakeLongestStep() ?? TimeSpan.Zero;

    async Task SealNowAndThenAsync(PostgresJournal journal, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(seals.Every, TimeProvider.System, cancellation);
                await TrySealAsync(journal, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The writer ends and makes the last seal itself.
        }
    }

    /// <summary>A seal that cannot be made now is made later; the city goes on paying.</summary>
    async Task TrySealAsync(PostgresJournal journal, CancellationToken cancellation)
    {
        try
        {
            await journal.SealAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or CannotSealException)
        {
            LogNotSealed(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The journal was not sealed: {Reason}")]
    partial void LogNotSealed(string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The journal cannot be taken up.")]
    partial void LogWrongBooks(Exception reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger met trouble and goes on trying.")]
    partial void LogTrouble(Exception trouble);
}
