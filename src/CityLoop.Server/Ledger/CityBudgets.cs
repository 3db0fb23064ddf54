using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Ledger;

/// <summary>The budgets of the city pack as accounts.</summary>
sealed class CityBudgets(CityAccounts accounts, CityPack city)
{
    /// <summary>The account of a budget, by its name in the pack.</summary>
    public Task<AccountId> AccountAsync(string name, CancellationToken cancellation) =>
        accounts.OpenAsync($"budget:{name}", AccountKind.Budget, city.Budget(name).Currency.Id, cancellation);

    /// <summary>Where a currency comes from.</summary>
    public Task<AccountId> IssuingAsync(CityCurrency currency, CancellationToken cancellation) =>
        accounts.OpenAsync($"issuing:{currency.Code}", AccountKind.Issuing, currency.Id, cancellation);
}
