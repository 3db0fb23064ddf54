using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>
/// Takes in what a bank reports: the books follow the money, shops that were not paid have their points again for the
/// next half-month, and what matches nothing waits for an officer. A file that is imported twice changes nothing, nor
/// does one that was cut off: the transfers bear names that follow from the lines, and the entries are kept last.
/// </summary>
sealed class ImportBankMessage(
    SettlementStore settlements, BankStore store, IncomingMoney incoming, CityLedger ledger, CityAccounts accounts,
    CityPack city, CityClock clock, TimeProvider time)
{
    /// <summary>What came of a file; each entry is counted once.</summary>
    /// <param name="Problems">What could not be read, by element; then nothing was done.</param>
    public sealed record Result(
        int Entries, int Matched, int AlreadyImported, IReadOnlyList<BankEntryRow> Unmatched,
        IReadOnlyList<PayoutMatching.Change> Changes, IReadOnlyList<string> Problems);

    /// <summary>Orders are answered within days; what is older can only be looked at by hand.</summary>
    const int DaysBack = 400;

    /// <param name="name">The file's name, for officers.</param>
    /// <param name="isDryRun">Says what would be done, and does nothing.</param>
    public async Task<Result> RunAsync(Stream file, string name, bool isDryRun, CancellationToken cancellation)
    {
        var message = BankMessageReader.Read(file);
        if (message.Problems.Count > 0)
            return new(message.Reports.Count, 0, 0, [], [], message.Problems);
        // Who only looks holds up nobody.
        await using var alone = isDryRun ? null : await settlements.LockAsync(cancellation);
        var known = await store.KnownAsync(message.Reports.Select(r => r.Id), cancellation);
        var lines = await LinesAsync(cancellation);
        var matching = new PayoutMatching(city.Payouts, city.MainCurrency.Scale, lines);
        var now = time.GetUtcNow();
        var rows = new List<BankEntryRow>();
        foreach (var report in message.Reports.Where(report => known.GetValueOrDefault(report.Id, true)))
        {
            var outcome = matching.Take(report);
            if (outcome == BankOutcome.UnknownReference && report is BankEntry entry)
                outcome = await incoming.TakeAsync(entry, isDryRun, cancellation);
            if (outcome == BankOutcome.Matched || !known.ContainsKey(report.Id))
                rows.Add(BankEntryRow.Of(report, outcome, name, now));
        }

        var changes = matching.Changes.ToList();
        if (!isDryRun && rows.Count > 0)
        {
            await PostAsync(changes, cancellation);
            await store.SaveAsync(rows, changes, cancellation);
        }

        var unmatched = rows.Where(row => !row.IsMatched).ToList();
        var all = message.Reports.Count;
        return new(all, rows.Count - unmatched.Count, all - rows.Count, unmatched, changes, []);
    }

    async Task<IReadOnlyList<(ClosedWindow, SettlementLine)>> LinesAsync(CancellationToken cancellation)
    {
        var lines = new List<(ClosedWindow, SettlementLine)>();
        foreach (var window in await settlements.AllAsync(city.MainCurrency.Id, cancellation))
            if (window.PayoutUntil is not null && window.LastDay > clock.Today.AddDays(-DaysBack))
                foreach (var line in await settlements.LinesAsync(window.Id, cancellation))
                    if (line.Amount > 0)
                        lines.Add((window, line));
        return lines;
    }

    /// <summary>First what was paid, then what came back of it.</summary>
    async Task PostAsync(IReadOnlyList<PayoutMatching.Change> changes, CancellationToken cancellation)
    {
        var outside = await accounts.OpenAsync(
            $"outside:{city.MainCurrency.Code}", AccountKind.Outside, city.MainCurrency.Id, cancellation);
        await PostAsync(
            [.. changes.Where(c => !IsOut(c.Before.State) && IsOut(c.After.State))
                .Select(c => c.After.PaidOut(outside))],
            cancellation);
        await PostAsync(
            [.. changes.Where(c => c.After.State == PayoutState.Rejected && c.Before.State != PayoutState.Rejected)
                .Select(c => c.After.Returned(c.After.Payout))],
            cancellation);
        await PostAsync(
            [.. changes.Where(c => c.After.State == PayoutState.Returned && c.Before.State != PayoutState.Returned)
                .Select(c => c.After.Returned(outside))],
            cancellation);
    }

    async Task PostAsync(IReadOnlyList<Transfer> transfers, CancellationToken cancellation)
    {
        var results = await ledger.PostManyAsync(transfers, cancellation);
        for (var i = 0; i < results.Length; i++)
            if (!results[i].IsPosted)
                throw new BooksRefuseException(transfers[i], results[i].Outcome);
    }

    static bool IsOut(PayoutState state) => state is PayoutState.Confirmed or PayoutState.Returned;
}

/// <summary>A frozen account, mostly. Nothing of the file is kept: once it is thawed, it is imported again.</summary>
sealed class BooksRefuseException(Transfer transfer, PostOutcome outcome) : Exception(
    $"The books refuse {transfer.Code} of {transfer.Amount} from account {transfer.Debit} to {transfer.Credit}: "
    + $"{outcome}. Mend that (a frozen account is thawed at /desk/accounts) and import the file again.");
