namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>What survives a crash.</summary>
sealed class SimulatedDisk
{
    public List<JournalEntry> Entries { get; } = [];

    public List<byte[]> Snapshots { get; } = [];

    /// <summary>Whose appends are taken.</summary>
    public SimulatedJournal? Holder { get; set; }

    /// <summary>Rises with each taking of the seat.</summary>
    public long Term { get; set; }

    /// <summary>Rises while the writer lives.</summary>
    public long Beat { get; set; }

    /// <summary>What was written to its end.</summary>
    public int Complete => Entries.FindLastIndex(e => e.EndsBatch) + 1;

    /// <summary>What stands behind the last complete batch was never answered.</summary>
    public void CutTornTail() => Entries.RemoveRange(Complete, Entries.Count - Complete);
}

/// <summary>
/// One server's way to the journal: it delays, fails before or after it has written, tears, is cut off for a while and
/// loses its seat, as the seed says.
/// </summary>
sealed class SimulatedJournal(
    SimulatedDisk disk, Random random, SimulatedTime time, int troublePercent, HashSet<string> met, JournalLie lie)
    : IJournal
{
    readonly SeatWatch _watch = new(time);
    long _term;

    /// <summary>True while nothing that it asks comes back: a network that is down, a database that hangs.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>True once the process that used this journal is dead: nothing it asked for ever comes back.</summary>
    public bool IsDead { get; set; }

    /// <summary>When true, the next append writes a part of its batch, then the machine dies.</summary>
    public bool TearsNext { get; set; }

    public Action? OnTorn { get; set; }

    public async Task AppendAsync(IReadOnlyList<JournalEntry> batch, CancellationToken cancellation)
    {
        await DelayAsync();
        if (disk.Holder != this && lie != JournalLie.LetsTwoWrite)
        {
            met.Add("fenced");
            throw new JournalHasAnotherWriterException();
        }

        if (TearsNext)
        {
            disk.Entries.AddRange(batch.Take(random.Next(batch.Count)));
            met.Add("torn");
            IsDead = true;
            OnTorn?.Invoke();
        }

        await NeverIfDead();
        var trouble = random.Next(100);
        if (trouble < troublePercent)
        {
            met.Add("failed before writing");
            throw new IOException("The disk did not take it.");
        }

        if (lie == JournalLie.None)
            (batch[0].Sequence == disk.Entries.Count + 1L).ShouldBeTrue("two writers appended the same number");
        if (lie == JournalLie.AnswersBeforeItIsWritten && random.Next(10) == 0)
        {
            _ = WriteLaterAsync(batch);
            return;
        }

        disk.Entries.AddRange(random.Next(10) == 0 ? lie.Falsified(batch) : batch);
        if (trouble < 2 * troublePercent)
        {
            met.Add("failed after writing");
            throw new IOException("Written, but the answer got lost.");
        }

        await DelayAsync();
    }

    public async Task<long> ReopenAsync(CancellationToken cancellation)
    {
        await DelayAsync();
        var (term, beat, holder) = (disk.Term, disk.Beat, disk.Holder);
        await DelayAsync();
        // What the server proves of a process on its own machine: the dead answer nobody.
        var mayTake = holder is null || holder == this || holder.IsDead || _watch.IsSilent(term, beat);
        if (!mayTake || (term, beat) != (disk.Term, disk.Beat))
            throw new JournalHasAnotherWriterException();
        if (random.Next(100) < troublePercent)
            throw new IOException("Not now.");
        if (holder is { IsDead: false } && holder != this)
            met.Add("seat taken over");
        disk.Holder = this;
        _term = ++disk.Term;
        if (lie != JournalLie.KeepsATornBatch)
            disk.CutTornTail();
        return disk.Entries.Count;
    }

    public async Task ConfirmSeatAsync(CancellationToken cancellation)
    {
        await DelayAsync();
        if (disk.Term != _term && lie != JournalLie.ConfirmsALostSeat)
            throw new JournalHasAnotherWriterException();
        disk.Beat += disk.Term == _term ? 1 : 0;
        await DelayAsync();
        if (random.Next(100) < troublePercent)
            throw new IOException("No answer.");
    }

    public async Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int count, CancellationToken cancellation)
    {
        await DelayAsync();
        if (lie == JournalLie.RecoveryStopsEarly && random.Next(10) == 0)
            return [];
        var read = disk.Entries.Skip((int)after).Take(Math.Min(count, 50)).ToList();
        return lie == JournalLie.RecoverySkipsAnEntry && read.Count > 1 && random.Next(10) == 0
            ? [.. read.Skip(1).Select(entry => entry with { Sequence = entry.Sequence - 1 })]
            : read;
    }

    public async Task<LedgerState> LoadSnapshotAsync(CancellationToken cancellation)
    {
        await DelayAsync();
        if (disk.Snapshots.Count == 0)
            return new LedgerState();
        return LedgerState.Load(new MemoryStream(lie.Falsified(disk.Snapshots, random)));
    }

    public async Task SaveSnapshotAsync(LedgerState books, CancellationToken cancellation)
    {
        await DelayAsync();
        if (random.Next(100) < troublePercent)
            throw new IOException("No room for the snapshot.");
        disk.Snapshots.Add(books.ToBytes());
        met.Add("snapshot");
    }

    async Task WriteLaterAsync(IReadOnlyList<JournalEntry> batch)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 50)), time);
        await NeverIfDead();
        disk.Entries.AddRange(batch);
    }

    async Task DelayAsync()
    {
        await NeverIfDead();
        if (random.Next(3) == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 50)), time);
        while (IsCutOff)
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 300)), time);
        await NeverIfDead();
    }

    Task NeverIfDead() => IsDead ? new TaskCompletionSource().Task : Task.CompletedTask;
}
