using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>A file for the bank, the shop or the accountant.</summary>
sealed record PayoutFile(string Name, byte[] Bytes);

/// <summary>Makes a payout's files out of closed half-months: the same bytes at every time.</summary>
sealed class PayoutFiles(SettlementStore store, CityLedger ledger, CityPack city, CityClock clock)
{
    /// <param name="Problems">Why a format that not every bank uses could not be written.</param>
    public sealed record Made(Payout Payout, IReadOnlyList<PayoutFile> Files, IReadOnlyList<string> Problems);

    /// <summary>The payout that these half-months make, or null where there is none.</summary>
    public async Task<Payout?> OfAsync(IReadOnlyList<ClosedWindow> windows, CancellationToken cancellation)
    {
        if (windows.Count == 0)
            return null;
        var parts = new List<PayoutPart>();
        foreach (var window in windows)
            parts.Add(new PayoutPart(
                window, city.Payouts.PaidOn(window.LastDay, clock.DayOf(window.ClosedAt!.Value)),
                await store.LinesAsync(window.Id, cancellation)));
        return new Payout(city.Payouts, city.MainCurrency.Code, city.MainCurrency.Scale, parts);
    }

    /// <summary>What the bank is told. Where nobody is paid, its formats have no file for that.</summary>
    public static Made ForBank(Payout payout)
    {
        var csv = new PayoutFile(PayoutCsv.FileName, PayoutCsv.Write(payout));
        if (payout.Count == 0)
            return new(payout, [csv], ["nobody is paid: there is nothing that a bank could be told"]);
        var credit = new PayoutFile(CreditTransferFile.FileName, CreditTransferFile.Write(payout));
        var (zengin, problems) = ZenginFile.Write(payout);
        return new(
            payout, zengin is null ? [credit, csv] : [credit, new(ZenginFile.FileName, zengin), csv], problems);
    }

    /// <summary>One file for each shop that has a line: every payment, refund and rebate in it.</summary>
    public async Task<IReadOnlyList<PayoutFile>> StatementsAsync(Payout payout, CancellationToken cancellation)
    {
        var all = new List<ShopStatement>();
        foreach (var part in payout.Parts)
        {
            var lines = part.Lines.ToDictionary(line => line.Account);
            var (statements, sums) = await BeginAsync(part, lines, cancellation);
            var last = Math.Max(part.Window.Boundary, lines.Values.Max(line => (long?)line.CountedTo) ?? 0);
            while (sums.Sequence < last
                && await ledger.ReadJournalAsync(sums.Sequence, PageSize, cancellation) is { Count: > 0 } page)
                foreach (var entry in page.TakeWhile(entry => entry.Sequence <= last))
                {
                    statements.TakeRebate(entry);
                    sums.Take(entry);
                }

            all.AddRange(part.Lines.Select(statements.Of));
        }

        return
        [
            .. all.GroupBy(one => one.Line.Code).OrderBy(shop => shop.Key, StringComparer.Ordinal)
                .Select(shop => new PayoutFile(
                    StatementCsv.NameOf(shop.Key), StatementCsv.Write(shop, payout.Terms, payout.Scale, clock))),
        ];
    }

    /// <summary>
    /// One shop's statement of a closed half-month; null where it has none. Only the shop's own entries are read, from
    /// the half-month's own settlement backwards.
    /// </summary>
    public async Task<ShopStatement?> StatementAsync(
        Guid settlement, Merchant shop, CancellationToken cancellation)
    {
        var window = (await store.AllAsync(city.MainCurrency.Id, cancellation)).FirstOrDefault(w => w.Id == settlement);
        if (window is not { ClosedAt: not null } || await OfAsync([window], cancellation) is not { Parts: [var part] }
            || part.Lines.FirstOrDefault(line => line.Merchant == shop.Id) is not { } line)
            return null;
        var (statements, sums) = await BeginAsync(part, new() { [shop.Account] = line }, cancellation);
        var entries = await EntriesAsync(line, sums.Sequence, cancellation);
        var payments = entries.Where(entry => entry.Body is Transfer { Code: TransferCode.Pay })
            .Select(entry => Payment.RebateId(entry.Body.Id)).ToList();
        foreach (var rebate in await ledger.FindManyAsync(payments, cancellation))
            statements.TakeRebate(rebate);
        var last = Math.Max(window.Boundary, line.CountedTo);
        foreach (var entry in entries.Where(entry => entry.Sequence <= last))
            sums.Take(entry);
        return statements.Of(line);
    }

    async Task<(ShopStatements Statements, WindowSums Sums)> BeginAsync(
        PayoutPart part, Dictionary<AccountId, SettlementLine> lines, CancellationToken cancellation)
    {
        var window = part.Window.Window;
        var before = (await store.AllAsync(city.MainCurrency.Id, cancellation))
            .LastOrDefault(w => w.LastDay < window.From)?.Boundary ?? 0;
        var latest = (await store.LatestLinesAsync(window, city.MainCurrency.Id, cancellation)).Values
            .ToDictionary(line => line.Account, line => line.CountedTo);
        var statements = new ShopStatements(part);
        return (statements, new WindowSums(
            lines.Keys.ToHashSet(), before, clock.StartOf(window.To.AddDays(1)),
            shop => latest.GetValueOrDefault(shop), (entry, shop) => statements.Take(entry, lines[shop])));
    }

    /// <summary>The shop's entries behind a number of the journal, oldest first.</summary>
    async Task<IReadOnlyList<JournalEntry>> EntriesAsync(
        SettlementLine line, long after, CancellationToken cancellation)
    {
        // What is paid was moved behind all that the line counts; where nothing is, the way begins at the present.
        var from = await ledger.ReadAsync(books => books.Find(line.Transfer.Id), cancellation);
        var entries = new List<JournalEntry>();
        while (true)
        {
            var step = await ledger.StatementAsync(line.Account, StepSize, from, cancellation);
            entries.AddRange(step.TakeWhile(entry => entry.Sequence > after));
            if (step.Count < StepSize || step[^1].Sequence <= after)
            {
                entries.Reverse();
                return entries;
            }

            from = step[^1].Sequence;
        }
    }

    /// <summary>Entries that are read from the journal at once.</summary>
    const int PageSize = 10_000;

    /// <summary>Entries of one account that are walked at once; each is a look at the journal's primary key.</summary>
    const int StepSize = 1_000;
}
