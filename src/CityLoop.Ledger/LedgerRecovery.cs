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
        var reading = ReadAsync(books.Sequence);
        Task<IReadOnlyList<JournalEntry>>? ahead = null;
        while (await reading is { Count: > 0 } entries)
        {
            // The next two pieces are read while this one is applied; numbers have no gaps. A piece that is not full
            // was the journal's end for a moment, and what was read ahead of it may begin too late.
            var end = entries[^1].Sequence;
            if (entries.Count == ChunkEntries)
            {
                (reading, ahead) = (ahead ?? ReadAsync(end), ReadAsync(end + ChunkEntries));
            }
            else
            {
                await (ahead ?? Task.CompletedTask);
                (reading, ahead) = (ReadAsync(end), null);
            }

            for (var i = 0; i < entries.Count; i++)
            {
                if (i % LedgerState.TouchedTogether == 0)
                    books.Touch(entries, i);
                books.Apply(entries[i]);
            }
        }

        await (ahead ?? Task.CompletedTask);

        Task<IReadOnlyList<JournalEntry>> ReadAsync(long after) =>
            journal.ReadAsync(after, ChunkEntries, cancellation);
    }
}
