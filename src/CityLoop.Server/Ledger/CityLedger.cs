using CityLoop.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Shared;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>
/// The ledger could not answer in time; what was asked may or may not stand. Ask again with the same id.
/// </summary>
sealed class LedgerUnavailableException(Exception? inner)
    : Exception("The ledger cannot be reached now. Ask again with the same id: nothing is posted twice.", inner);

/// <summary>
/// The city's one ledger as the rest of the server sees it: post, read, walk a statement, follow the journal.
/// </summary>
sealed partial class CityLedger(
    NpgsqlDataSource database, RunFolder run, JournalSeals seals, TimeProvider clock, ILogger<CityLedger> log)
{
    /// <summary>
    /// Longer than PostgreSQL takes to come back after a crash, shorter than a person waits at a till.
    /// </summary>
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    readonly SharedTimeout _patience = new(AnswerTimeout);

    /// <summary>A forwarded or queued piece of a long list: small enough that others get their turn between.</summary>
    const int PieceMax = 1_000;

    /// <summary>Enough that one batch fills while another is committed; few enough to be held by sockets.</summary>
    const int PiecesAtOnce = 8;

    /// <summary>
    /// Posts one command; answers when it is durable. Ask again with the same id after any exception.
    /// </summary>
    public Task<PostResult> PostAsync(LedgerCommand command, CancellationToken cancellation) =>
        PostLinkedAsync([command], cancellation);

    /// <summary>Posts all or none; the outcome is that of the first refused command.</summary>
    /// <exception cref="LedgerIsBusyException">Nothing was done; try again in a moment.</exception>
    /// <exception cref="LedgerUnavailableException">The outcome is not known; ask again with the same id.</exception>
    public async Task<PostResult> PostLinkedAsync(
        IReadOnlyList<LedgerCommand> linked, CancellationToken cancellation)
    {
        // The road of nearly every post: this server writes and nothing is the matter.
        if (_role is WritingRole writing && !cancellation.IsCancellationRequested)
        {
            try
            {
                return await writing.PostLinkedAsync(linked).WaitAsync(_patience.Token);
            }
            catch (Exception e) when (e is JournalHasAnotherWriterException or IOException)
            {
                // In trouble the long road asks again, with the same ids.
            }
            catch (OperationCanceledException)
            {
                throw new LedgerUnavailableException(null);
            }
        }

        return (await PostAnywhereAsync(new ForwardedPost(IsLinked: true, linked), cancellation))[0];
    }

    /// <summary>Posts many that do not depend on each other, in order, in as few batches as possible.</summary>
    public async Task<PostResult[]> PostManyAsync(
        IReadOnlyList<LedgerCommand> commands, CancellationToken cancellation)
    {
        using var places = new SemaphoreSlim(PiecesAtOnce);
        var pieces = await Task.WhenAll(commands.Chunk(PieceMax).Select(PostPieceAsync));
        return [.. pieces.SelectMany(piece => piece)];

        async Task<PostResult[]> PostPieceAsync(LedgerCommand[] piece)
        {
            await places.WaitAsync(cancellation);
            try
            {
                return await PostAnywhereAsync(new ForwardedPost(IsLinked: false, piece), cancellation);
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <summary>Opens an account, or answers the number it got when it was opened with this key before.</summary>
    public async Task<AccountId> OpenAccountAsync(
        Guid key, CurrencyId currency, AccountKind kind, CancellationToken cancellation)
    {
        var result = await PostAsync(new OpenAccount(key, currency, kind), cancellation);
        if (!result.IsPosted)
            throw new InvalidOperationException(
                $"The ledger does not open a {kind} account in {currency}: {result.Outcome}.");
        return await ReadAsync(books => books.AccountOpenedAt(result.Sequence)!.Value, cancellation);
    }

    /// <summary>Reads from the state as of now; answers once everything it saw is durable.</summary>
    /// <param name="read">Quick, and keeps no reference to the books.</param>
    public async Task<T> ReadAsync<T>(Func<LedgerState, T> read, CancellationToken cancellation) =>
        await InAnyRoleAsync((role, stop) => role.ReadAsync(read, stop), cancellation);

    /// <summary>The latest entries of an account, newest first, before a sequence if one is given.</summary>
    public async Task<IReadOnlyList<JournalEntry>> StatementAsync(
        AccountId account, int count, long? before, CancellationToken cancellation)
    {
        if (before is null)
        {
            var last = await ReadAsync(books => books.Account(account).LastSequence, cancellation);
            return await JournalReader.ChainAsync(database, account, last, count, cancellation);
        }

        // The chain begins at the entry that the caller has seen; that line is left out.
        var chain = await JournalReader.ChainAsync(database, account, before.Value, count + 1, cancellation);
        return [.. chain.Where(entry => entry.Sequence < before).Take(count)];
    }

    /// <summary>The entry that a command's id (or a claim) led to, null when there is none.</summary>
    public async Task<JournalEntry?> FindAsync(Guid id, CancellationToken cancellation) =>
        await ReadAsync(books => books.Find(id), cancellation) is { } sequence
            ? await JournalReader.OneAsync(database, sequence, cancellation)
            : null;

    /// <summary>The entries that these ids led to, in the journal's order; what it has none of is left out.</summary>
    public async Task<IReadOnlyList<JournalEntry>> FindManyAsync(
        IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        var sequences = await ReadAsync(
            books => ids.Select(books.Find).OfType<long>().ToArray(), cancellation);
        return sequences.Length == 0 ? [] : await JournalReader.ManyAsync(database, sequences, cancellation);
    }

    /// <summary>Journal entries behind a sequence, oldest first, up to <paramref name="count"/>.</summary>
    public Task<IReadOnlyList<JournalEntry>> ReadJournalAsync(long after, int count, CancellationToken cancellation) =>
        JournalReader.ReadAsync(database, after, count, cancellation);

    /// <summary>Completes when the journal has an entry behind this sequence.</summary>
    public async Task WhenPassedAsync(long sequence, CancellationToken cancellation)
    {
        while (true)
        {
            var advanced = _advanced.Task;
            if (_role is { } role && role.DurableSequence > sequence)
                return;
            await advanced.WaitAsync(cancellation);
        }
    }

    Task<PostResult[]> PostAnywhereAsync(ForwardedPost post, CancellationToken cancellation) =>
        InAnyRoleAsync((role, stop) => role.PostAsync(post, stop), cancellation);

    /// <summary>
    /// Asks in the present role and, when that changes or the database is away, again in the next: every command
    /// carries its id, so asking twice posts once.
    /// </summary>
    async Task<T> InAnyRoleAsync<T>(
        Func<LedgerRole, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        var trouble = default(Exception);
        try
        {
            while (true)
            {
                try
                {
                    var role = _role ?? await _firstRole.Task.WaitAsync(both.Token);
                    return await ask(role, both.Token).WaitAsync(both.Token);
                }
                catch (Exception e) when (e is JournalHasAnotherWriterException or IOException or NpgsqlException)
                {
                    trouble = e;
                    await Task.Delay(TimeSpan.FromMilliseconds(50), both.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LedgerUnavailableException(trouble);
        }
    }
}
