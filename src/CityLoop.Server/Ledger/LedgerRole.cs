using CityLoop.Ledger;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>What this server is to the journal at the moment: its writer, or one that follows it.</summary>
abstract class LedgerRole
{
    public abstract Task<PostResult[]> PostAsync(ForwardedPost post, CancellationToken cancellation);

    public abstract Task<T> ReadAsync<T>(Func<LedgerState, T> read, CancellationToken cancellation);

    /// <summary>The last journal entry that this server knows to be durable.</summary>
    public abstract long DurableSequence { get; }
}

/// <summary>This server decides.</summary>
sealed class WritingRole(LedgerWriter writer) : LedgerRole
{
    public override long DurableSequence => writer.DurableSequence;

    public Task<PostResult> PostLinkedAsync(IReadOnlyList<LedgerCommand> linked) => writer.PostAsync(linked);

    public override async Task<PostResult[]> PostAsync(ForwardedPost post, CancellationToken cancellation) =>
        post.IsLinked
            ? [await writer.PostAsync(post.Commands)]
            : await writer.PostManyAsync(post.Commands, cancellation);

    public override Task<T> ReadAsync<T>(Func<LedgerState, T> read, CancellationToken cancellation) =>
        writer.ReadAsync(read);
}

/// <summary>Another server decides: posts go there, reads are answered here once the books have caught up.</summary>
sealed class FollowingRole(NpgsqlDataSource database, IJournal journal, LedgerState books) : LedgerRole
{
    /// <summary>
    /// Posts on their way to the writer; each keeps a socket open, and a process may have about a thousand files.
    /// </summary>
    const int OnTheirWayMax = 400;

    readonly SemaphoreSlim _oneAtATime = new(1);
    CancellationTokenSource _writerChanges = new();
    int _onTheirWay;
    long _durable = books.Sequence;
    bool _isClosed;

    public override long DurableSequence => Interlocked.Read(ref _durable);

    public override async Task<PostResult[]> PostAsync(ForwardedPost post, CancellationToken cancellation)
    {
        var holder = await WriterSeat.LookAsync(database, cancellation)
            ?? throw new IOException("No server has taken the writer's seat yet.");
        var writerChanges = _writerChanges.Token;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, writerChanges);
        try
        {
            if (Interlocked.Increment(ref _onTheirWay) > OnTheirWayMax && post.IsLinked)
                throw new LedgerIsBusyException();
            return await WriterSocket.SendAsync(holder.Address, post, either.Token);
        }
        catch (OperationCanceledException e) when (writerChanges.IsCancellationRequested)
        {
            throw new JournalHasAnotherWriterException("The writer has changed; ask the new one.", e);
        }
        finally
        {
            Interlocked.Decrement(ref _onTheirWay);
        }
    }

    /// <summary>Nobody goes on waiting for an answer from the writer that was.</summary>
    public void WriterHasChanged() =>
        Interlocked.Exchange(ref _writerChanges, new CancellationTokenSource()).Cancel();

    public override async Task<T> ReadAsync<T>(Func<LedgerState, T> read, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            if (_isClosed)
                throw new JournalHasAnotherWriterException();
            await LedgerRecovery.CatchUpAsync(journal, books, cancellation);
            Interlocked.Exchange(ref _durable, books.Sequence);
            return read(books);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Ends the reads here, for good: from now on the books belong to the writer.</summary>
    public async Task CloseAsync()
    {
        await _oneAtATime.WaitAsync();
        _isClosed = true;
        _oneAtATime.Release();
        WriterHasChanged();
    }
}
