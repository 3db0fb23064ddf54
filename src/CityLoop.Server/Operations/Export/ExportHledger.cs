using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>Writes the whole journal for hledger, a program that is not ours and adds it up again.</summary>
static class ExportHledger
{
    const int ChunkMax = 5_000;

    public sealed record Response(long Entries, int Accounts);

    /// <summary>Writes everything up to now; what is posted meanwhile is left for the next export.</summary>
    public static async Task<Response> Handle(
        TextWriter text, CityLedger ledger, CityAccounts accounts, CityClock clock, Action<string> progress,
        CancellationToken cancellation)
    {
        var (last, views) = await ledger.ReadAsync(books =>
            (books.Sequence, ViewsOf(books)), cancellation);
        // Read after the books, so that every account in them that has a name has it here.
        var names = await accounts.NamesAsync(cancellation);
        await text.WriteAsync("; The points of the city in plain-text accounting: hledger 1.25 or later reads this.\n"
            + "; Every transfer is dated by the city's day; in brackets its number in the journal.\n\n");

        var journal = new HledgerJournal(text, names, clock.DayOf);
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

        if (views.Length > 0)
            journal.WriteBalances(last, views);
        await text.FlushAsync(cancellation);
        return new Response(last, views.Length);
    }

    static AccountView[] ViewsOf(LedgerState books) =>
        [.. Enumerable.Range(1, books.AccountCount).Select(number => books.Account(new AccountId(number)))];
}
