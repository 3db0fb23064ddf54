using System.Globalization;
using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Ledger;

/// <summary>
/// Brings the city pack into the books at start: its currencies with their rules, its budgets with what was put into
/// them, its limits. Ids follow from the names, so that every start says the same and posts it once.
/// </summary>
sealed class OpenBooks(
    CityLedger ledger, CityAccounts accounts, CityBudgets budgets, CityPack city, ILogger<OpenBooks> log)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var currency in city.Currencies)
            MustStand(await ledger.PostAsync(Definition(currency), cancellationToken), "currency", currency.Code);
        foreach (var budget in city.Budgets)
            MustStand(
                await ledger.PostLinkedAsync(await FundingAsync(budget, cancellationToken), cancellationToken),
                "budget", budget.Name);
        await SetLimitsAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    static DefineCurrency Definition(CityCurrency currency) =>
        new(DerivedId.From("currency", currency.Code), currency.Id, currency.Code, currency.Scale)
        {
            MayBeGiven = currency.MayBeGiven,
            IsBacked = currency.IsBacked,
            DecayPerMonth = currency.DecayPerMonth,
        };

    /// <summary>
    /// A budget in a backed currency stands for money that has reached the trust: both are written together.
    /// </summary>
    async Task<IReadOnlyList<LedgerCommand>> FundingAsync(CityBudget budget, CancellationToken cancellation)
    {
        var fund = new Transfer(
            DerivedId.From("fund", budget.Name),
            await budgets.IssuingAsync(budget.Currency, cancellation),
            await budgets.AccountAsync(budget.Name, cancellation),
            budget.Amount,
            TransferCode.Fund);
        if (!budget.Currency.IsBacked)
            return [fund];
        var (currency, code) = (budget.Currency.Id, budget.Currency.Code);
        var deposit = new Transfer(
            DerivedId.From("deposit", budget.Name),
            await accounts.OpenAsync($"outside:{code}", AccountKind.Outside, currency, cancellation),
            await accounts.OpenAsync($"funding:{code}", AccountKind.Funding, currency, cancellation),
            budget.Amount,
            TransferCode.Deposit);
        return [deposit, fund];
    }

    /// <summary>
    /// The books' limits become the pack's: what is new or other is set, what the pack no longer has is ended.
    /// </summary>
    async Task SetLimitsAsync(CancellationToken cancellation)
    {
        var (sequence, inForce) = await ledger.ReadAsync(books => (books.Sequence, books.Limits), cancellation);
        var wanted = city.Currencies.SelectMany(c => c.Limits.Select(limit => limit.In(c.Id))).ToList();
        var ended = inForce.Where(limit => wanted.All(w => w.Number != limit.Number))
            .Select(limit => limit with { Max = null });
        foreach (var limit in wanted.Except(inForce).Concat(ended))
        {
            // The books' number is in the id: a limit may be set, changed and set again as it was before.
            var number = limit.Number.ToString(CultureInfo.InvariantCulture);
            var id = DerivedId.From("limit", number, sequence.ToString(CultureInfo.InvariantCulture));
            MustStand(await ledger.PostAsync(new SetLimit(id, limit), cancellation), "limit", number);
        }
    }

    void MustStand(PostResult result, string what, string name)
    {
        if (!result.IsPosted)
            log.LogError(
                "The {What} '{Name}' of the city pack was not taken into the books: {Outcome}. What is in the books "
                + "cannot be edited: give it another name in city.json.", what, name, result.Outcome);
    }
}
