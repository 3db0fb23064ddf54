using System.Collections.Concurrent;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Vouchers;

/// <summary>
/// Vouchers at a shop's counter. A voucher that is used goes to its series, and its worth in points goes to the person,
/// who pays with it in the same linked set: the shop is paid one amount in points, whatever it was paid with.
/// </summary>
sealed class VoucherUses(
    SeriesStore store, VoucherBooks vouchers, CityLedger ledger, PersonAccounts people, CityClock clock)
{
    /// <summary>Accounts that are remembered; more than pay on one server in a moment.</summary>
    const int KnownMax = 50_000;

    /// <summary>Somebody may get vouchers by another server.</summary>
    static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<AccountId, (IReadOnlyDictionary<CurrencyId, AccountId> Of, DateTimeOffset ReadAt)>
        _known = new();

    /// <summary>What a person has, soonest to end first, by their account of points.</summary>
    public async Task<IReadOnlyList<HeldVoucher>> OfAsync(AccountId points, CancellationToken cancellation)
    {
        var parts = await PayableAsync(cancellation);
        if (parts.Count == 0)
            return [];
        var accounts = await AccountsAsync(points, [.. parts.Select(one => one.Part.Currency)], cancellation);
        if (accounts.Count == 0)
            return [];
        return await ledger.ReadAsync<IReadOnlyList<HeldVoucher>>(
            books => [.. Held(books, parts, accounts).OrderBy(held => held.Series.LastDay)], cancellation);
    }

    /// <summary>How a payment is posted now; without vouchers the books alone decide, and nothing is read.</summary>
    public async Task<VoucherPlan> PlanToPayAsync(
        AccountId points, PayPlace place, long amount, CancellationToken cancellation) =>
        (await OfAsync(points, cancellation)).Count == 0
            ? new VoucherPlan([], amount, 0, [])
            : await PlanAsync(points, place, amount, cancellation);

    /// <summary>How a person would pay an amount at a shop now, and all that they could.</summary>
    public async Task<VoucherPlan> PlanAsync(
        AccountId points, PayPlace place, long amount, CancellationToken cancellation)
    {
        var held = await OfAsync(points, cancellation);
        var today = clock.Today;
        return await ledger.ReadAsync(books => VoucherPlan.Of(
            amount, place, books.Account(points).Status == AccountStatus.Open ? held : [],
            [.. books.Lots(points).Where(lot => lot.LastDay is not { } day || day >= today)]), cancellation);
    }

    /// <summary>The linked transfers by which vouchers are used for a payment, which comes behind.</summary>
    public async Task<IReadOnlyList<LedgerCommand>> UseAsync(
        Guid payment, AccountId points, PayPlace place, VoucherPlan plan, CancellationToken cancellation)
    {
        var linked = new List<LedgerCommand>();
        foreach (var use in plan.Uses)
        {
            var number = linked.Count / 2;
            linked.Add(new Transfer(
                UseId(payment, number), use.Held.Account,
                await vouchers.SpentAsync(use.Held.Part, place.Category, cancellation), use.Amount, TransferCode.Pay));
            linked.Add(new Transfer(
                RedeemId(payment, number), await vouchers.CoverAsync(use.Held.Series, cancellation), points, use.Amount,
                TransferCode.Redeem)
            {
                // The first lot of all to be spent: it is, by the payment behind it.
                LastDay = clock.Today, Reference = use.Held.Series.Id,
            });
        }

        return linked;
    }

    /// <summary>What was paid with vouchers in a payment, as the journal has it.</summary>
    public async Task<IReadOnlyList<UsedVoucher>> UsedInAsync(Guid payment, CancellationToken cancellation)
    {
        var count = await ledger.ReadAsync(books =>
        {
            var number = 0;
            while (books.Find(UseId(payment, number)) is not null)
                number++;
            return number;
        }, cancellation);
        var used = new List<UsedVoucher>(count);
        for (var number = 0; number < count; number++)
            used.Add(new UsedVoucher(
                (Transfer)(await ledger.FindAsync(UseId(payment, number), cancellation))!.Body,
                (Transfer)(await ledger.FindAsync(RedeemId(payment, number), cancellation))!.Body));
        return used;
    }

    /// <summary>
    /// What stands beside a refund of a payment, or of a part: the worth goes back to the series, the vouchers to the
    /// person, with their last day.
    /// </summary>
    /// <param name="before">What had been given back before.</param>
    public async Task<IReadOnlyList<LedgerCommand>> GiveBackAsync(
        Guid payment, IReadOnlyList<UsedVoucher> used, long before, long amount, CancellationToken cancellation)
    {
        // What the books have forgotten cannot be given back: they refuse the refund itself.
        if (used.Count == 0
            || await ledger.ReadAsync(books => books.LotsOfPayment(payment), cancellation) is not { } lots)
            return [];
        var linked = new List<LedgerCommand>();
        foreach (var (number, part) in UsedVoucher.GivenBack(used, lots, before, amount))
        {
            var (use, worth) = used[number];
            linked.Add(new Transfer(
                DerivedId.From("voucher-redeem-return", $"{payment}", $"{number}", $"{before}"), worth.Credit,
                worth.Debit, part, TransferCode.RedeemReturn)
            {
                Reverses = worth.Id,
            });
            linked.Add(new Transfer(
                DerivedId.From("voucher-refund", $"{payment}", $"{number}", $"{before}"), use.Credit, use.Debit, part,
                TransferCode.Refund)
            {
                Reverses = use.Id,
            });
        }

        return linked;
    }

    static Guid UseId(Guid payment, int number) => DerivedId.From("voucher-use", payment.ToString(), $"{number}");

    static Guid RedeemId(Guid payment, int number) =>
        DerivedId.From("voucher-redeem", payment.ToString(), $"{number}");

    async Task<IReadOnlyList<(VoucherSeries Series, VoucherPart Part)>> PayableAsync(CancellationToken cancellation) =>
        [.. (await store.AllAsync(cancellation))
            .Where(series => series.OpenedAt is not null && series.LastDay >= clock.Today)
            .SelectMany(series => series.Parts.Select(part => (series, part)))];

    static IEnumerable<HeldVoucher> Held(
        LedgerState books, IReadOnlyList<(VoucherSeries Series, VoucherPart Part)> parts,
        IReadOnlyDictionary<CurrencyId, AccountId> accounts)
    {
        foreach (var (series, part) in parts)
            if (accounts.TryGetValue(part.Currency, out var account)
                && books.Account(account) is { Status: AccountStatus.Open, Spendable: > 0 } view)
                yield return new HeldVoucher(series, part, account, view.Spendable);
    }

    async Task<IReadOnlyDictionary<CurrencyId, AccountId>> AccountsAsync(
        AccountId points, IReadOnlyList<CurrencyId> currencies, CancellationToken cancellation)
    {
        if (_known.TryGetValue(points, out var known) && clock.Now - known.ReadAt < TrustedFor)
            return known.Of;
        if (_known.Count >= KnownMax)
            _known.Clear();
        var found = await people.BesideAsync(points, currencies, cancellation);
        _known[points] = (found, clock.Now);
        return found;
    }

    /// <summary>Somebody has got vouchers just now.</summary>
    public void Forget(AccountId points) => _known.TryRemove(points, out _);
}
