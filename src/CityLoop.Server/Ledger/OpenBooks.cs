using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Ledger;

/// <summary>
/// Brings the city pack into the books at start: its currencies, and its budgets with what was put into them. Ids
/// follow from the names, so that every start says the same and posts it once.
/// </summary>
sealed class OpenBooks(CityLedger ledger, CityBudgets budgets, CityPack city, ILogger<OpenBooks> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var currency in city.Currencies)
        {
            var define = new DefineCurrency(
                DerivedId.From("currency", currency.Code), currency.Id, currency.Code, currency.Scale);
            MustStand(await ledger.PostAsync(define, cancellationToken), "currency", currency.Code);
        }

        foreach (var budget in city.Budgets)
        {
            var fund = new Transfer(
                DerivedId.From("fund", budget.Name),
                await budgets.IssuingAsync(budget.Currency, cancellationToken),
                await budgets.AccountAsync(budget.Name, cancellationToken),
                budget.Amount,
                TransferCode.Fund);
            MustStand(await ledger.PostAsync(fund, cancellationToken), "budget", budget.Name);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    void MustStand(PostResult result, string what, string name)
    {
        if (!result.IsPosted)
            log.LogError(
                "The {What} '{Name}' of the city pack was not taken into the books: {Outcome}. What is in the books "
                + "cannot be edited: give it another name in city.json.", what, name, result.Outcome);
    }
}
