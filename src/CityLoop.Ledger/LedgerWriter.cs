using System.Threading.Channels;

namespace CityLoop.Ledger;

/// <summary>
/// The single writer: takes what has queued, decides it in order in memory, commits the batch at once, then answers.
/// While one batch commits, the next is decided. Nobody hears of a point that a crash could take back, and nobody is
/// refused from books that another writer has already gone on with.
/// </summary>
public sealed class LedgerWriter(
    IJournal journal, LedgerState books, TimeProvider clock, LedgerWriterOptions options)
{
    readonly Channel<Call> _queue = Channel.CreateUnbounded<Call>(
        new UnboundedChannelOptions { SingleReader = true });
    readonly Admission _door = new(options.QueueMax, options.Timer);
    readonly SeatLease _lease = new(journal, options.Timer, options.OnTrouble);
    CancellationToken _stop;
    long _snapshotSequence = books.Sequence;
    Task _saving = Task.CompletedTask;
    long _durable = books.Sequence;
    long _answeredAt;
    long _longestStep;

    /// <summary>The last entry that no crash can take back.</summary>
    public long DurableSequence => Interlocked.Read(ref _durable);

    /// <summary>
    /// The longest time since this was asked last in which the writer decided a batch or shared its books for a
    /// snapshot: for so long nobody else was heard.
    /// </summary>
    public TimeSpan TakeLongestStep() => TimeSpan.FromTicks(Interlocked.Exchange(ref _longestStep, 0));

    /// <summary>Raised on the writer's own road after each commit: be quick.</summary>
    public event Action<long>? Committed;

    /// <summary>Posts commands that stand or fall together; answers when the outcome is durable.</summary>
    /// <exception cref="LedgerIsBusyException">Too many wait already; nothing was done.</exception>
    /// <exception cref="JournalHasAnotherWriterException">Ask the other writer, with the same id.</exception>
    public Task<PostResult> PostAsync(IReadOnlyList<LedgerCommand> linked)
    {
        ArgumentNullException.ThrowIfNull(linked);
        if (linked.Count is 0 or > LedgerState.MaxLinked)
            throw new ArgumentException($"A linked set has 1 to {LedgerState.MaxLinked} commands.", nameof(linked));
        return Enter(new PostCall([.. linked])).Answer;
    }

    /// <summary>Posts commands that do not depend on each other, in order; waits for room at the door.</summary>
    public async Task<PostResult[]> PostManyAsync(
        IReadOnlyList<LedgerCommand> commands, CancellationToken cancellation)
    {
        await _door.EnterAsync(commands.Count, cancellation);
        return await Enqueue(new PostManyCall([.. commands])).Answer;
    }

    /// <summary>Reads the books between two decisions; answers when all that it saw is durable.</summary>
    /// <param name="read">Quick, and keeps no reference to the books.</param>
    /// <exception cref="LedgerIsBusyException">Too many wait already.</exception>
    public Task<T> ReadAsync<T>(Func<LedgerState, T> read) => Enter(new ReadCall<T>(read)).Answer;

    /// <summary>
    /// No new calls; what has queued is still decided and committed, then <see cref="RunAsync"/> returns.
    /// </summary>
    public void Finish() => Close(null);

    /// <summary>The writer's life: until <see cref="Finish"/>, a stop, or another writer.</summary>
    /// <exception cref="JournalHasAnotherWriterException">Every waiting caller has been told, too.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        _stop = stop;
        using var atTheEnd = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var keeping = KeepSeatAsync(atTheEnd.Token);
        var committing = Task.CompletedTask;
        var batch = new Batch(books.Sequence, 0);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stop))
            {
                batch = new Batch(books.Sequence, options.Timer.GetTimestamp());
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
            // The seat may be lost while a batch is being committed; nothing of this writer outlives this method.
            await committing.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            throw;
        }
        finally
        {
            _lease.End();
            atTheEnd.Cancel();
            await keeping;
        }
    }

    async Task KeepSeatAsync(CancellationToken stop)
    {
        try
        {
            await _lease.KeepAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // The writer ends.
        }
        catch (Exception e)
        {
            // Closing the queue wakes the writer's road, which ends and tells all who wait.
            Close(e);
        }
    }

    void Close(Exception? reason)
    {
        _queue.Writer.TryComplete(reason);
        _door.Close();
    }

    static Exception Reason(Exception e) =>
        e is OperationCanceledException ? new JournalHasAnotherWriterException() : e;

    T Enter<T>(T call)
        where T : Call
    {
        if (!_door.TryEnter(call.Size))
            throw new LedgerIsBusyException();
        return Enqueue(call);
    }

    T Enqueue<T>(T call)
        where T : Call =>
        _queue.Writer.TryWrite(call) ? call : throw new JournalHasAnotherWriterException();

    void Gather(Batch batch)
    {
        var began = options.Timer.GetTimestamp();
        while (batch.Entries.Count < options.BatchMax && _queue.Reader.TryRead(out var call))
        {
            batch.Add(call);
            call.Decide(books, clock.GetUtcNow(), batch.Entries);
        }

        StepTook(began);
    }

    void StepTook(long began)
    {
        var took = options.Timer.GetElapsedTime(began).Ticks;
        if (took > Interlocked.Read(ref _longestStep))
            Interlocked.Exchange(ref _longestStep, took);
    }

    LedgerState? CopyIfDue()
    {
        if (books.Sequence - _snapshotSequence < options.SnapshotEvery || !_saving.IsCompleted)
            return null;
        _snapshotSequence = books.Sequence;
        var began = options.Timer.GetTimestamp();
        var copy = books.Copy();
        StepTook(began);
        return copy;
    }

    async Task CommitAsync(Batch batch, LedgerState? copy)
    {
        try
        {
            // Without an entry nothing proves that the books are the newest, except the lease.
            if (batch.Entries.Count > 0)
                await MakeDurableAsync(batch);
            else
                await _lease.EnsureAsync(_stop);
        }
        catch (Exception e)
        {
            // Closing the queue wakes the writer's road, which ends and tells all the others.
            Close(Reason(e));
            batch.Fail(Reason(e));
            throw;
        }

        Interlocked.Exchange(ref _durable, batch.After + batch.Entries.Count);
        LeaveDoor(batch);
        foreach (var call in batch.Calls)
            call.Complete();
        if (batch.Entries.Count > 0)
            Committed?.Invoke(DurableSequence);
        if (copy is not null)
            _saving = SaveAsync(copy);
    }

    void LeaveDoor(Batch batch)
    {
        var now = options.Timer.GetTimestamp();
        var took = options.Timer.GetElapsedTime(Math.Max(_answeredAt, batch.BeganAt), now);
        _answeredAt = now;
        _door.Leave(batch.Single, batch.Listed, took);
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
        finally
        {
            copy.Release();
        }
    }
}
