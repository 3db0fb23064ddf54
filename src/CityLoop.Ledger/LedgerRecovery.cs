namespace CityLoop.Ledger;

/// <summary>Restart: the newest snapshot, then the journal's tail.</summary>
public static class LedgerRecovery
{
    /// <summary>How many entries are read at once: a megabyte or two, and lists that stay small.</summary>
    const int ChunkEntries = 8_000;

    /// <summary>The books as the journal has them.</summary>
    /// <exception cref="InvalidDataException">The journal breaks the rules of the books: it was tampered
    /// with.</exception>
    public static async Task<LedgerState> RecoverAsync(IJournal journal, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var books = await journal.LoadSnapshotAsync(cancellation);
        await CatchUpAsync(journal, books, cancellation);
        return books;
    }

    /// <summary>Brings books up to the journal's present end.</summary>
    public static async Task CatchUpAsync(IJournal journal, LedgerState books, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(books);
        var reading = journal.ReadAsync(books.Sequence, ChunkEntries, cancellation);
        while (await reading is { Count: > 0 } entries)
        {
            // The next ones are read while these are applied; numbers have no gaps.
            reading = journal.ReadAsync(entries[^1].Sequence, ChunkEntries, cancellation);
            for (var i = 0; i < entries.Count; i++)
            {
                if (i % LedgerState.TouchedTogether == 0)
                    books.Touch(entries, i);
                books.Apply(entries[i]);
            }
        }
    }
}
