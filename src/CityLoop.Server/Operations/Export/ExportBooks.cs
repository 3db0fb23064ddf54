using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>Writes the whole journal for a program that is not ours, which adds it up again.</summary>
static class ExportBooks
{
    const int ChunkMax = 5_000;

    public sealed record Response(long Entries, int Accounts);

    /// <summary>Makes one kind of text out of the journal.</summary>
    public delegate BookText Format(
        TextWriter text, IReadOnlyDictionary<AccountId, string> names, Func<DateTimeOffset, DateTimeOffset> inCity);

    /// <summary>Writes everything up to now; what is posted meanwhile is left for the next export.</summary>
    public static async Task<Response> Handle(
        TextWriter text, Format format, CityLedger ledger, CityAccounts accounts, CityClock clock,
        Action<string> progress, CancellationToken cancellation)
    {
        var (last, balances) = await ledger.ReadAsync(books =>
            (books.Sequence, BalancesOf(books)), cancellation);
        // Read after the books, so that every account in them that has a name has it here.
        var names = await accounts.NamesAsync(cancellation);
        var journal = format(text, names, clock.InCity);
        journal.WriteHead();
        for (var after = 0L; after < last;)
        {
            var chunk = await ledger.ReadJournalAsync(after, (int)Math.Min(ChunkMax, last - after), cancellation);
            if (chunk.Count == 0)
                throw new InvalidOperationException($"The journal ends at {after}; the books know {last} entries.");
            foreach (var entry in chunk)
                journal.Write(entry);
            after = chunk[^1].Sequence;
            progress($"Wrote {after:N0} of {last:N0} entries");
        }

        if (balances.Length > 0)
            journal.WriteBalances(last, balances);
        await text.FlushAsync(cancellation);
        return new Response(last, balances.Length);
    }

    static BookBalance[] BalancesOf(LedgerState books) =>
    [
        .. Enumerable.Range(1, books.AccountCount).Select(number =>
        {
            var view = books.Account(new AccountId(number));
            // Decay that is due counts as gone for a reader; the journal does not have it yet.
            var due = books.DecayOf(view.Id).Sum(decay => decay.Amount);
            return new BookBalance(view.Id, view.Balance + due, view.Held, due);
        }),
    ];
}

/// <summary>What an account holds by the journal's entries.</summary>
/// <param name="Held">The part that is reserved for somebody; it has not moved.</param>
/// <param name="DecayDue">The part that has decayed and leaves with the account's next entry.</param>
readonly record struct BookBalance(AccountId Account, long Amount, long Held, long DecayDue);
