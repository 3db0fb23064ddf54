using CityLoop.Ledger;

namespace CityLoop.Server.Ledger;

/// <summary>The city's one ledger as the rest of the server sees it: post, read, walk a statement, follow the journal.</summary>
sealed class CityLedger
{
    /// <summary>Posts one command; answers when it is durable. Ask again with the same id after any exception.</summary>
    public Task<PostResult> PostAsync(LedgerCommand command, CancellationToken cancellation) =>
        PostLinkedAsync([command], cancellation);

    /// <summary>Posts all or none; the outcome is that of the first refused command.</summary>
    public Task<PostResult> PostLinkedAsync(IReadOnlyList<LedgerCommand> linked, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Posts many that do not depend on each other, in order, in as few batches as possible.</summary>
    public Task<PostResult[]> PostManyAsync(IReadOnlyList<LedgerCommand> commands, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Opens an account, or answers the number it got when it was opened with this key before.</summary>
    public Task<AccountId> OpenAccountAsync(
        Guid key, CurrencyId currency, AccountKind kind, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Reads from the state as of now; answers once everything it saw is durable.</summary>
    public Task<T> ReadAsync<T>(Func<LedgerState, T> read, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>The latest entries of an account, newest first, before a sequence if one is given.</summary>
    public Task<IReadOnlyList<JournalEntry>> StatementAsync(
        AccountId account, int count, long? before, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>The entry that a command's id led to, null when there is none.</summary>
    public Task<JournalEntry?> FindAsync(Guid id, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Journal entries behind a sequence, oldest first, up to <paramref name="count"/>.</summary>
    public Task<IReadOnlyList<JournalEntry>> ReadJournalAsync(long after, int count, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Completes when the journal has passed this sequence.</summary>
    public Task WhenPassedAsync(long sequence, CancellationToken cancellation) => throw new NotSupportedException();
}
