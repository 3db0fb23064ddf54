using System.Threading.Channels;

namespace CityLoop.Ledger;

/// <summary>How the writer gathers and keeps; the defaults are measured in docs/decisions.</summary>
public sealed record LedgerWriterOptions
{
    /// <summary>The most entries that are committed at once.</summary>
    public int BatchMax { get; init; } = 8_192;

    /// <summary>The most calls that wait; one more is told that the ledger is busy.</summary>
    public int QueueMax { get; init; } = 65_536;

    /// <summary>Entries between two snapshots: the longest tail that a restart must read.</summary>
    public int SnapshotEvery { get; init; } = 250_000;

    /// <summary>Measures the waits between two tries; not the city's clock, which may stand still or jump.</summary>
    public TimeProvider Timer { get; init; } = TimeProvider.System;

    /// <summary>Told of trouble that the writer overcomes by itself, so that an operator sees it.</summary>
    public Action<Exception>? OnTrouble { get; init; }
}

/// <summary>More calls are waiting than the ledger takes; nothing was done. Try again in a moment.</summary>
public sealed class LedgerIsBusyException() : Exception("The ledger has more to do than it takes on; try again.");

/// <summary>
/// The single writer: takes what has queued, decides it in order in memory, commits the batch at once, then answers.
/// While one batch commits, the next is decided. Nobody hears of a point that a crash could take back.
/// </summary>
public sealed class LedgerWriter(
    IJournal journal, LedgerState books, TimeProvider clock, LedgerWriterOptions options)
{
    readonly Channel<Call> _queue = Channel.CreateBounded<Call>(
        new BoundedChannelOptions(options.QueueMax) { SingleReader = true });
    CancellationToken _stop;
    volatile bool _isClosed;
    long _snapshotSequence = books.Sequence;
    Task _saving = Task.CompletedTask;
    long _durable = books.Sequence;

    /// <summary>The last entry that no crash can take back.</summary>
    public long DurableSequence => Interlocked.Read(ref _durable);

    /// <summary>Raised on the writer's own road after each commit: be quick.</summary>
    public event Action<long>? Committed;

    /// <summary>Posts commands that stand or fall together; answers when the outcome is durable.</summary>
    /// <exception cref="LedgerIsBusyException">The queue is full; nothing was done.</exception>
    /// <exception cref="JournalHasAnotherWriterException">Ask the other writer, with the same id.</exception>
    public Task<PostResult> PostAsync(IReadOnlyList<LedgerCommand> linked)
    {
        ArgumentNullException.ThrowIfNull(linked);
        if (linked.Count is 0 or > LedgerState.MaxLinked)
            throw new ArgumentException($"A linked set has 1 to {LedgerState.MaxLinked} commands.", nameof(linked));
        var call = new PostCall([.. linked]);
        if (!_queue.Writer.TryWrite(call))
            throw _isClosed ? new JournalHasAnotherWriterException() : new LedgerIsBusyException();
        return call.Answer;
    }

    /// <summary>Posts commands that do not depend on each other, in order; waits for a place in the queue.</summary>
    public async Task<PostResult[]> PostManyAsync(
        IReadOnlyList<LedgerCommand> commands, CancellationToken cancellation)
    {
        var call = new PostManyCall([.. commands]);
        await EnqueueAsync(call, cancellation);
        return await call.Answer;
    }

    /// <summary>Reads the books between two decisions; answers when all that it saw is durable.</summary>
    /// <param name="read">Quick, and keeps no reference to the books.</param>
    public async Task<T> ReadAsync<T>(Func<LedgerState, T> read, CancellationToken cancellation)
    {
        var call = new ReadCall<T>(read);
        await EnqueueAsync(call, cancellation);
        return await call.Answer;
    }

    /// <summary>
    /// No new calls; what has queued is still decided and committed, then <see cref="RunAsync"/> returns.
    /// </summary>
    public void Finish() => Close(null);

    /// <summary>The writer's life: until <see cref="Finish"/>, a stop, or another writer.</summary>
    /// <exception cref="JournalHasAnotherWriterException">Every waiting caller has been told, too.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        _stop = stop;
        var committing = Task.CompletedTask;
        var batch = new Batch(books.Sequence);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stop))
            {
                batch = new Batch(books.Sequence);
                Gather(batch);
                await committing;
                // What arrived while the batch before was being committed belongs to this one.
                Gather(batch);
                committing = CommitAsync(batch, CopyIfDue());
            }

            await committing;
            await _saving;
        }
        catch (Exception e)
        {
            // The batch that was being gathered and all that wait are told; nobody waits for an answer for ever.
            var reason = Reason(e);
            Close(reason);
            batch.Fail(reason);
            while (_queue.Reader.TryRead(out var call))
                call.Fail(reason);
            throw;
        }
    }

    void Close(Exception? reason)
    {
        _isClosed = true;
        _queue.Writer.TryComplete(reason);
    }

    static Exception Reason(Exception e) =>
        e is OperationCanceledException ? new JournalHasAnotherWriterException() : e;

    async Task EnqueueAsync(Call call, CancellationToken cancellation)
    {
        try
        {
            await _queue.Writer.WriteAsync(call, cancellation);
        }
        catch (ChannelClosedException e)
        {
            throw new JournalHasAnotherWriterException("This server no longer writes the journal.", e);
        }
    }

    void Gather(Batch batch)
    {
        while (batch.Entries.Count < options.BatchMax && _queue.Reader.TryRead(out var call))
        {
            batch.Calls.Add(call);
            call.Decide(books, clock.GetUtcNow(), batch.Entries);
        }
    }

    LedgerState? CopyIfDue()
    {
        if (books.Sequence - _snapshotSequence < options.SnapshotEvery || !_saving.IsCompleted)
            return null;
        _snapshotSequence = books.Sequence;
        return books.Copy();
    }

    async Task CommitAsync(Batch batch, LedgerState? copy)
    {
        try
        {
            if (batch.Entries.Count > 0)
                await MakeDurableAsync(batch);
        }
        catch (Exception e)
        {
            // Closing the queue wakes the writer's road, which ends and tells all the others.
            Close(Reason(e));
            batch.Fail(Reason(e));
            throw;
        }

        Interlocked.Exchange(ref _durable, batch.After + batch.Entries.Count);
        foreach (var call in batch.Calls)
            call.Complete();
        if (batch.Entries.Count > 0)
            Committed?.Invoke(DurableSequence);
        if (copy is not null)
            _saving = SaveAsync(copy);
    }

    async Task MakeDurableAsync(Batch batch)
    {
        batch.Entries[^1].EndsBatch = true;
        var isOpen = true;
        for (var wait = TimeSpan.FromMilliseconds(20); ; wait = Longer(wait))
        {
            try
            {
                if (!isOpen && await IsThereAfterReopeningAsync(batch))
                    return;
                isOpen = true;
                await journal.AppendAsync(batch.Entries, _stop);
                return;
            }
            catch (IOException e)
            {
                // The batch may or may not be in the journal. The books are right either way: look, then go on.
                options.OnTrouble?.Invoke(e);
                isOpen = false;
                await Task.Delay(wait, options.Timer, _stop);
            }
        }
    }

    static TimeSpan Longer(TimeSpan wait) => wait < TimeSpan.FromSeconds(1) ? wait * 2 : wait;

    async Task<bool> IsThereAfterReopeningAsync(Batch batch)
    {
        var last = await journal.ReopenAsync(_stop);
        if (last == batch.After)
            return false;
        var found = last < batch.After
            ? []
            : await journal.ReadAsync(batch.After, batch.Entries.Count + 1, _stop);
        // Between losing the journal and taking it again another server may have written: then ours never happened.
        var isOurs = found.Count == batch.Entries.Count
            && found.Zip(batch.Entries).All(pair =>
                pair.First.Body == pair.Second.Body && pair.First.At == pair.Second.At);
        return isOurs ? true : throw new JournalHasAnotherWriterException();
    }

    async Task SaveAsync(LedgerState copy)
    {
        try
        {
            await journal.SaveSnapshotAsync(copy, _stop);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // A snapshot only shortens the next start; the journal has everything.
            options.OnTrouble?.Invoke(e);
        }
    }

    /// <summary>What is decided together and committed at once.</summary>
    sealed class Batch(long after)
    {
        public long After { get; } = after;

        public List<JournalEntry> Entries { get; } = [];

        public List<Call> Calls { get; } = [];

        public void Fail(Exception reason)
        {
            foreach (var call in Calls)
                call.Fail(reason);
        }
    }
}
