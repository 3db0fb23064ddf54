namespace CityLoop.Ledger;

/// <summary>
/// The writer's right to answer from its books although nothing is committed: a refusal, a read. A batch that commits
/// needs none, because the journal takes it from the holder of the seat alone.
/// </summary>
sealed class SeatLease(IJournal journal, TimeProvider timer, Action<Exception>? onTrouble)
{
    static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    readonly Lock _lock = new();
    readonly TaskCompletionSource _ended = new();
    Task _confirming = Task.CompletedTask;
    long _since;
    volatile bool _isConfirmed;

    bool IsValid => _isConfirmed && timer.GetElapsedTime(Interlocked.Read(ref _since)) < SeatTimes.Lease;

    /// <summary>Confirms the seat again and again until the end, so that an answer hardly ever waits for it.</summary>
    /// <exception cref="JournalHasAnotherWriterException">The seat is lost.</exception>
    public async Task KeepAsync(CancellationToken stop)
    {
        while (!_ended.Task.IsCompleted)
        {
            try
            {
                await ConfirmAsync(stop);
            }
            catch (IOException e)
            {
                onTrouble?.Invoke(e);
            }

            // Not by cancelling the delay: what waits for that goes on in another thread; the simulation has one.
            await Task.WhenAny(Task.Delay(SeatTimes.Beat, timer, CancellationToken.None), _ended.Task);
        }
    }

    /// <summary>The writer ends: nothing is confirmed any more.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>
    /// Completes while the seat is surely held: what was decided before this call was decided on the newest books.
    /// </summary>
    /// <exception cref="JournalHasAnotherWriterException">The seat is lost.</exception>
    public async Task EnsureAsync(CancellationToken stop)
    {
        while (!IsValid)
        {
            try
            {
                await ConfirmAsync(stop);
            }
            catch (IOException e)
            {
                onTrouble?.Invoke(e);
                await Task.Delay(RetryInterval, timer, stop);
            }
        }
    }

    /// <summary>One at a time; who comes while one is on its way waits for that one.</summary>
    Task ConfirmAsync(CancellationToken stop)
    {
        lock (_lock)
            return _confirming.IsCompleted ? _confirming = AskAsync(stop) : _confirming;
    }

    async Task AskAsync(CancellationToken stop)
    {
        // Before it is sent: however long it is on its way, the lease never counts that time in its favour.
        var asked = timer.GetTimestamp();
        await journal.ConfirmSeatAsync(stop);
        Interlocked.Exchange(ref _since, asked);
        _isConfirmed = true;
    }
}
