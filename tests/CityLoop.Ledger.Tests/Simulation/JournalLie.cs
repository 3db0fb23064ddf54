namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>
/// One thing that disk, fence or recovery may do wrong without a word: the simulation must notice each of them.
/// </summary>
enum JournalLie
{
    None,

    /// <summary>The last entry of a batch is not written.</summary>
    DropsAnEntry,

    /// <summary>A batch is written twice.</summary>
    WritesABatchTwice,

    /// <summary>Two entries of a batch change places.</summary>
    SwapsTwoEntries,

    /// <summary>A transfer is written with one unit more.</summary>
    AltersAnAmount,

    /// <summary>The batch is called durable while it is still on its way to the disk.</summary>
    AnswersBeforeItIsWritten,

    /// <summary>A machine that died while it wrote leaves a half batch, and nobody cuts it off.</summary>
    KeepsATornBatch,

    /// <summary>Whoever asks may write, also beside another.</summary>
    LetsTwoWrite,

    /// <summary>A server that has lost its seat is told that it has it.</summary>
    ConfirmsALostSeat,

    /// <summary>Recovery reads the journal, but leaves out an entry and numbers the others anew.</summary>
    RecoverySkipsAnEntry,

    /// <summary>Recovery takes what it has read at first for the whole journal.</summary>
    RecoveryStopsEarly,

    /// <summary>A snapshot comes back with one bit changed.</summary>
    SnapshotHasAWrongBit,

    /// <summary>An older snapshot comes back under a newer number.</summary>
    SnapshotIsStale,
}

/// <summary>What a lie makes of what was to be kept.</summary>
static class JournalLies
{
    /// <summary>The mark and the number with which a snapshot begins.</summary>
    const int SnapshotHead = 18;

    public static IEnumerable<JournalEntry> Falsified(this JournalLie lie, IReadOnlyList<JournalEntry> batch) =>
        lie switch
        {
            JournalLie.DropsAnEntry => batch.SkipLast(1),
            JournalLie.WritesABatchTwice => batch.Concat(batch),
            JournalLie.SwapsTwoEntries when batch.Count > 1 =>
            [
                batch[1] with { Sequence = batch[0].Sequence },
                batch[0] with { Sequence = batch[1].Sequence },
                .. batch.Skip(2),
            ],
            JournalLie.AltersAnAmount => batch.Select(entry => entry.Body is Transfer { AtMost: null } transfer
                ? entry with { Body = transfer with { Amount = transfer.Amount + 1 } }
                : entry),
            _ => batch,
        };

    public static byte[] Falsified(this JournalLie lie, IReadOnlyList<byte[]> snapshots, Random random)
    {
        var bytes = (byte[])snapshots[^1].Clone();
        if (lie == JournalLie.SnapshotHasAWrongBit)
            bytes[random.Next(SnapshotHead, bytes.Length)] ^= (byte)(1 << random.Next(8));
        return lie == JournalLie.SnapshotIsStale
            ? [.. bytes[..SnapshotHead], .. snapshots[snapshots.Count / 2][SnapshotHead..]]
            : bytes;
    }
}
