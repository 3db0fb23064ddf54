using static System.FormattableString;

namespace CityLoop.Server.Proofs;

/// <summary>Something in the books that is not as it was written.</summary>
/// <param name="Code">Stable, in snake_case.</param>
/// <param name="First">The journal number of the first entry that it is about.</param>
/// <param name="Last">The last one; the same where the very entry is known.</param>
/// <param name="Says">A sentence for the operator.</param>
sealed record Finding(string Code, long First, long Last, string Says)
{
    /// <summary>True where entries themselves are wrong: what stands behind them cannot be judged.</summary>
    public bool IsInJournal => Code.StartsWith("entry_", StringComparison.Ordinal);

    public static Finding Missing(long first, long last) => new("entry_missing", first, last, first == last
        ? Invariant($"Entry {first} is missing.")
        : Invariant($"Entries {first} to {last} are missing."));

    public static Finding Strange(long sequence) => new("entry_strange", sequence, sequence,
        Invariant($"Entry {sequence} stands where no entry can be: it was put in."));

    public static Finding Changed(long sequence) => new("entry_changed", sequence, sequence,
        Invariant($"Entry {sequence} is not what was written: its row does not fit the leaf that is kept with it."));

    public static Finding Unreadable(long sequence, string why) => new("entry_unreadable", sequence, sequence,
        Invariant($"Entry {sequence} cannot be read: {why}"));

    public static Finding BreaksRule(long sequence, string why) => new("entry_breaks_rule", sequence, sequence,
        Invariant($"Entry {sequence} cannot have been written by the ledger: {why}"));

    public static Finding ChangedWithin(long first, long last) => new("entry_changed", first, last,
        Invariant($"One of the entries {first} to {last} is not what was sealed, and its leaf was changed with it."));

    public static Finding BatchTorn(long sequence) => new("entry_missing", sequence + 1, sequence + 1,
        Invariant($"Entry {sequence} does not end its batch: what stood behind it is missing."));

    public static Finding Seal(long size, string why) => new("seal_wrong", size, size,
        Invariant($"The seal over {size} entries {why}."));

    public static Finding Hash(long first, long last, string why) => new("hash_wrong", first, last,
        Invariant($"The kept hash of the entries {first} to {last} {why}; the entries are right."));

    public static Finding Witness(long size, string name) => new("countersignature_wrong", size, size,
        Invariant($"What is kept as the word of {name} on the seal over {size} entries is not theirs."));

    public static Finding Snapshot(long sequence) => new("snapshot_wrong", sequence, sequence,
        Invariant($"The snapshot as of entry {sequence} is not what the journal gives. ")
        + "Delete it before the next start: delete from ledger.snapshot.");

    public static Finding Key(string why) => new("key_wrong", 0, 0, why);
}
