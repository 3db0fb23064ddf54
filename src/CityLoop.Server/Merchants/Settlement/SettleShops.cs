using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>
/// Closes half-months: moves what each shop is owed to its payout account. Every step can be done again, by whoever
/// comes next: lines are written before they are posted, each has one transfer with a derived id, and a window is
/// closed only when all of its lines are posted.
/// </summary>
sealed class SettleShops(
    SettlementStore store, MerchantStore merchants, CityLedger ledger, CityPack city, CityClock clock)
{
    /// <summary>What came of asking to settle.</summary>
    /// <param name="Payout">The half-months of the payout that the latest of them stands in.</param>
    /// <param name="Left">Codes of shops that are paid with the next half-month instead.</param>
    public sealed record Result(
        bool IsInFuture, int ClosedNow, IReadOnlyList<ClosedWindow> Payout, IReadOnlyList<string> Left);

    /// <summary>Entries that are read from the journal at once.</summary>
    const int PageSize = 10_000;

    /// <summary>A refund may slip in between the sum and the transfer; so often in a row it does not.</summary>
    const int TriesMax = 10;

    /// <summary>The last day that is over in the city.</summary>
    public DateOnly Yesterday => clock.Today.AddDays(-1);

    /// <summary>Settles every window that ends by <paramref name="until"/> and is over.</summary>
    public async Task<Result> RunAsync(DateOnly until, CancellationToken cancellation)
    {
        if (until > clock.Today)
            return new(true, 0, [], []);
        await using var alone = await store.LockAsync(cancellation);
        var known = (await store.AllAsync(city.MainCurrency.Id, cancellation)).ToDictionary(w => w.LastDay);
        var end = until < clock.Today ? until : Yesterday;
        var (boundary, closedNow, left) = (0L, 0, new List<string>());
        foreach (var window in await WindowsAsync(end, known, cancellation))
        {
            if (known.GetValueOrDefault(window.To) is { ClosedAt: not null } closed)
            {
                boundary = closed.Boundary;
                continue;
            }

            boundary = await CloseAsync(window, boundary, cancellation);
            closedNow++;
            var lines = await store.LinesAsync(window.IdIn(city.MainCurrency.Id), cancellation);
            left.AddRange(lines.Where(line => line.IsLeft).Select(line => line.Code).Except(left));
        }

        await store.FormPayoutAsync(city.MainCurrency.Id, end, cancellation);
        var all = await store.AllAsync(city.MainCurrency.Id, cancellation);
        var payout = all.LastOrDefault(w => w.LastDay <= end && w.PayoutUntil is not null)?.PayoutUntil;
        return new(false, closedNow, [.. all.Where(w => w.PayoutUntil is not null && w.PayoutUntil == payout)], left);
    }

    async Task<IEnumerable<SettlementWindow>> WindowsAsync(
        DateOnly end, IReadOnlyDictionary<DateOnly, ClosedWindow> known, CancellationToken cancellation)
    {
        if (known.Count > 0)
            return SettlementWindow.OverBy(end, known.Values.Min(w => w.FirstDay));
        var first = await ledger.ReadJournalAsync(0, 1, cancellation);
        return first.Count == 0 ? [] : SettlementWindow.OverBy(end, clock.DayOf(first[0].At));
    }

    /// <summary>Closes one window, or finishes it where an earlier run was cut off; answers its boundary.</summary>
    async Task<long> CloseAsync(SettlementWindow window, long after, CancellationToken cancellation)
    {
        var id = window.IdIn(city.MainCurrency.Id);
        var latest = await store.LatestLinesAsync(window, city.MainCurrency.Id, cancellation);
        for (var tries = 1; ; tries++)
        {
            await FinishPostedAsync(id, cancellation);
            var posted = (await store.LinesAsync(id, cancellation))
                .Where(line => line.IsPosted).Select(line => line.Merchant).ToHashSet();
            var open = (await merchants.AllAsync(cancellation)).Where(m => !posted.Contains(m.Id)).ToList();
            var sums = await SumAsync(window, after, open, latest, cancellation);
            var unpaid = await store.UnpaidAsync(id, cancellation);
            var lines = open
                .Select(shop => LineOf(
                    id, shop, latest.GetValueOrDefault(shop.Id), unpaid.GetValueOrDefault(shop.Id), sums))
                .Where(line => line.Sum != default || line.CarriedIn != 0).ToList();
            var closing = new ClosedWindow(id, city.MainCurrency.Id, window.From, window.To, sums.Boundary, null);
            await store.SaveAsync(closing, lines, cancellation);
            var refused = await PostAsync(id, lines, cancellation);
            if (refused.Count > 0 && tries < TriesMax)
                continue;
            // One clerk who goes on refunding holds up nobody else's money.
            await store.LeaveAsync(id, refused, cancellation);
            await store.CloseAsync(id, cancellation);
            return sums.Boundary;
        }
    }

    /// <summary>An earlier run may have been cut off between posting a line and saying so in the table.</summary>
    async Task FinishPostedAsync(Guid settlement, CancellationToken cancellation)
    {
        var open = (await store.LinesAsync(settlement, cancellation)).Where(l => !l.IsPosted && l.Amount > 0).ToList();
        var posted = await ledger.ReadAsync(
            books => open.Where(line => books.Find(line.Transfer.Id) is not null).Select(l => l.Merchant).ToList(),
            cancellation);
        if (posted.Count > 0)
            await store.MarkPostedAsync(settlement, posted, cancellation);
    }

    async Task<WindowSums> SumAsync(
        SettlementWindow window, long after, IReadOnlyList<Merchant> shops,
        IReadOnlyDictionary<Guid, SettlementLine> latest, CancellationToken cancellation)
    {
        var counted = latest.Values.ToDictionary(line => line.Account, line => line.CountedTo);
        var sums = new WindowSums(
            shops.Select(s => s.Account).ToHashSet(), after, clock.StartOf(window.To.AddDays(1)),
            shop => counted.GetValueOrDefault(shop));
        while (await ledger.ReadJournalAsync(sums.Sequence, PageSize, cancellation) is { Count: > 0 } page)
            foreach (var entry in page)
                sums.Take(entry);
        return sums;
    }

    SettlementLine LineOf(Guid settlement, Merchant shop, SettlementLine? before, long unpaid, WindowSums sums) => new(
        settlement, shop.Id, shop.Code, shop.Names[city.Languages[0]], shop.Bank, shop.Account, shop.Payout,
        sums.Of(shop.Account), (before?.CarriedOut ?? 0) + unpaid, sums.Sequence, IsPosted: false,
        city.Payouts.Minimum)
    {
        Tax = shop.Tax with { Percent = shop.Tax.Percent ?? city.ShopTerms.TaxPercents[0] },
    };

    /// <summary>
    /// Posts the lines; answers the shops whose line was refused because of a refund since it was worked out.
    /// </summary>
    async Task<IReadOnlyCollection<Guid>> PostAsync(
        Guid settlement, List<SettlementLine> lines, CancellationToken cancellation)
    {
        var paid = lines.Where(line => line.Amount > 0).ToList();
        var results = await ledger.PostManyAsync([.. paid.Select(line => line.Transfer)], cancellation);
        var posted = lines.Where(line => line.Amount == 0).Select(line => line.Merchant).ToHashSet();
        for (var i = 0; i < paid.Count; i++)
        {
            if (results[i].IsPosted)
                posted.Add(paid[i].Merchant);
            else if (results[i].Outcome != PostOutcome.DebitAccountHasTooFewPoints)
                throw new InvalidOperationException(
                    $"The ledger refuses the settlement of shop {paid[i].Code}: {results[i].Outcome}.");
        }

        await store.MarkPostedAsync(settlement, posted, cancellation);
        return [.. lines.Select(line => line.Merchant).Where(shop => !posted.Contains(shop))];
    }
}
