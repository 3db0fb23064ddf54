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

    /// <summary>One statement for each shop that has a line: every payment, refund and rebate in it.</summary>
    public async Task<IReadOnlyList<PayoutFile>> StatementsAsync(Payout payout, CancellationToken cancellation)
    {
        var statements = new ShopStatements(payout);
        var before = (await store.AllAsync(city.MainCurrency.Id, cancellation))
            .LastOrDefault(w => w.LastDay < payout.Parts[0].Window.FirstDay)?.Boundary ?? 0;
        foreach (var part in payout.Parts)
        {
            var lines = part.Lines.ToDictionary(line => line.Account);
            var latest = (await store.LatestLinesAsync(part.Window.Window, city.MainCurrency.Id, cancellation)).Values
                .ToDictionary(line => line.Account, line => line.CountedTo);
            var last = Math.Max(part.Window.Boundary, lines.Values.Max(line => (long?)line.CountedTo) ?? 0);
            var sums = new WindowSums(
                lines.Keys.ToHashSet(), before, clock.StartOf(part.Window.LastDay.AddDays(1)),
                shop => latest.GetValueOrDefault(shop), (entry, shop) => statements.Take(entry, lines[shop]));
            statements.Begin(part);
            while (sums.Sequence < last
                && await ledger.ReadJournalAsync(sums.Sequence, PageSize, cancellation) is { Count: > 0 } page)
                foreach (var entry in page.TakeWhile(entry => entry.Sequence <= last))
                {
                    statements.TakeRebate(entry);
                    sums.Take(entry);
                }

            statements.End(clock);
            before = part.Window.Boundary;
        }

        return statements.Files();
    }

    /// <summary>Entries that are read from the journal at once.</summary>
    const int PageSize = 10_000;
}
