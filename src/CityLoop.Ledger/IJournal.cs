namespace CityLoop.Ledger;

/// <summary>
/// Where entries become durable. One writer at a time holds it; the simulation of the tests has one that fails, tears
/// and delays, the server has PostgreSQL.
/// </summary>
public interface IJournal
{
    /// <summary>
    /// Makes the entries durable, in order, in one step; when it returns they survive any crash.
    /// </summary>
    /// <exception cref="JournalHasAnotherWriterException">Somebody else writes now; nothing was appended.</exception>
    /// <exception cref="IOException">
    /// It is not known whether the entries were appended: call <see cref="ReopenAsync"/> and look.
    /// </exception>
    Task AppendAsync(IReadOnlyList<JournalEntry> batch, CancellationToken cancellation);

    /// <summary>
    /// Takes hold of the journal (again); answers the number of its last complete entry, 0 when empty.
    /// </summary>
    /// <remarks>An incomplete batch at the end (one that was never answered) is cut off.</remarks>
    /// <exception cref="JournalHasAnotherWriterException">Somebody else holds it.</exception>
    /// <exception cref="IOException">It cannot be reached now.</exception>
    Task<long> ReopenAsync(CancellationToken cancellation);

    /// <summary>
    /// Proves that this writer has the seat at some moment between the call and its return, and keeps others from
    /// taking it for <see cref="SeatTimes.Silence"/>. Does not wait for an append that is under way.
    /// </summary>
    /// <exception cref="JournalHasAnotherWriterException">The seat is lost.</exception>
    /// <exception cref="IOException">It is not known.</exception>
    Task ConfirmSeatAsync(CancellationToken cancellation);

    /// <summary>The entries behind a number, oldest first, up to a count.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int count, CancellationToken cancellation);

    /// <summary>The newest books that were kept and whose fingerprint fits; empty books when there are none.</summary>
    Task<LedgerState> LoadSnapshotAsync(CancellationToken cancellation);

    /// <summary>Keeps the books, so that the next start need not read the journal from its beginning.</summary>
    /// <remarks>Must not hold up the caller while it turns the books into bytes.</remarks>
    Task SaveSnapshotAsync(LedgerState books, CancellationToken cancellation);
}

/// <summary>Another server has become the journal's writer; this one must stop deciding.</summary>
public sealed class JournalHasAnotherWriterException : Exception
{
    /// <summary>Says it in one sentence.</summary>
    public JournalHasAnotherWriterException()
        : base("Another server writes the journal now; this one follows it.")
    {
    }

    /// <inheritdoc cref="JournalHasAnotherWriterException()"/>
    public JournalHasAnotherWriterException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="JournalHasAnotherWriterException()"/>
    public JournalHasAnotherWriterException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
