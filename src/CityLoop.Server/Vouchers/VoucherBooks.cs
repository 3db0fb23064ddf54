using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Vouchers;

/// <summary>What the books have of a series: its currencies, the worth behind them, what was sold and spent.</summary>
/// <param name="Sold">Books that people have bought or been given.</param>
/// <param name="Left">What people still have, in the smallest unit.</param>
/// <param name="Spent">What shops of each kind were paid with each part.</param>
/// <param name="Cover">What is there for the rest, before it goes back to its budget.</param>
sealed record VoucherSums(
    long Sold, long Left, long Cover, IReadOnlyList<(VoucherPart Part, string Category, long Amount)> Spent);

/// <summary>
/// Brings series into the books and out again. Every id follows from the series: whoever is cut off, or comes second,
/// does it again to the same end.
/// </summary>
sealed class VoucherBooks(CityLedger ledger, CityAccounts accounts, CityBudgets budgets, CityPack city)
{
    /// <summary>Opens the currencies of a series and puts its worth behind them; true when all of it stands.</summary>
    public async Task<bool> OpenAsync(VoucherSeries series, CancellationToken cancellation)
    {
        List<LedgerCommand> funding = [];
        foreach (var part in series.Parts)
        {
            var defined = await ledger.PostAsync(
                new DefineCurrency(IdOf("currency", part), part.Currency, part.Code, city.MainCurrency.Scale)
                {
                    MayBeGiven = false,
                }, cancellation);
            if (!defined.IsPosted)
                return false;
            var issuing = await accounts.OpenAsync(
                $"issuing:{part.Code}", AccountKind.Issuing, part.Currency, cancellation);
            funding.Add(new Transfer(
                IdOf("fund", part), issuing, await BudgetAsync(part, cancellation), part.Amount * series.Books,
                TransferCode.Fund));
        }

        if (series.Premium > 0)
            funding.Add(new Transfer(
                DerivedId.From("voucher-premium", series.Id.ToString()),
                await budgets.AccountAsync(series.Budget, cancellation), await CoverAsync(series, cancellation),
                series.Premium, TransferCode.Fund)
            {
                Reference = series.Id,
            });
        return (await ledger.PostLinkedAsync(funding, cancellation)).IsPosted;
    }

    /// <summary>What nobody can spend any more goes back to the budget that the series was paid from.</summary>
    public async Task<bool> CloseAsync(VoucherSeries series, CancellationToken cancellation)
    {
        var id = DerivedId.From("voucher-rest", series.Id.ToString());
        var cover = await CoverAsync(series, cancellation);
        var (rest, isDone) = await ledger.ReadAsync(
            books => (books.Account(cover).Spendable, books.Find(id) is not null), cancellation);
        if (rest == 0 || isDone)
            return true;
        var back = Transfer.UpTo(
            id, cover, await budgets.AccountAsync(series.Budget, cancellation), rest, TransferCode.Unfund);
        var result = await ledger.PostAsync(back, cancellation);
        return result.IsPosted || result.Outcome == PostOutcome.IdAlreadyPostedWithOtherContent;
    }

    /// <summary>Whether the budget has what the city adds.</summary>
    public async Task<bool> CanPayAsync(VoucherSeries series, CancellationToken cancellation)
    {
        var budget = await budgets.AccountAsync(series.Budget, cancellation);
        return await ledger.ReadAsync(books => books.Account(budget).Spendable, cancellation) >= series.Premium;
    }

    public async Task<VoucherSums> SumsAsync(VoucherSeries series, CancellationToken cancellation)
    {
        var names = await accounts.NamesAsync(cancellation);
        var spent = new List<(VoucherPart Part, string Category, AccountId Account)>();
        foreach (var part in series.Parts)
            spent.AddRange(names
                .Where(name => name.Value.StartsWith(part.SpentPrefix, StringComparison.Ordinal))
                .Select(name => (part, name.Value[part.SpentPrefix.Length..], name.Key)));
        var cover = await CoverAsync(series, cancellation);
        var budget = new List<AccountId>();
        foreach (var part in series.Parts)
            budget.Add(await BudgetAsync(part, cancellation));
        return await ledger.ReadAsync(books =>
        {
            var used = spent.Select(one => (one.Part, one.Category, books.Account(one.Account).Balance))
                .Where(one => one.Balance > 0)
                .OrderBy(one => one.Part.Number).ThenByDescending(one => one.Balance).ToList();
            var given = series.Parts.Zip(budget).Sum(
                pair => pair.First.Amount * series.Books - books.Account(pair.Second).Balance);
            return new VoucherSums(
                given / Math.Max(1, series.Worth), given - used.Sum(one => one.Balance),
                books.Account(cover).Balance, used);
        }, cancellation);
    }

    public Task<AccountId> BudgetAsync(VoucherPart part, CancellationToken cancellation) =>
        accounts.OpenAsync(part.Budget, AccountKind.Budget, part.Currency, cancellation);

    public Task<AccountId> CoverAsync(VoucherSeries series, CancellationToken cancellation) =>
        accounts.OpenAsync(series.Cover, AccountKind.Budget, city.MainCurrency.Id, cancellation);

    public Task<AccountId> SpentAsync(VoucherPart part, string category, CancellationToken cancellation) =>
        accounts.OpenAsync(part.SpentIn(category), AccountKind.Merchant, part.Currency, cancellation);

    static Guid IdOf(string what, VoucherPart part) =>
        DerivedId.From($"voucher-{what}", part.Series.ToString(), $"{part.Number}");
}
