using CityLoop.Ledger;

namespace CityLoop.Server.Ledger;

/// <summary>The accounts that have a public name: issuing, outside, budgets, shops, payouts.</summary>
sealed class CityAccounts
{
    /// <summary>The account of this name; opened at first use.</summary>
    public Task<AccountId> OpenAsync(
        string name, AccountKind kind, CurrencyId currency, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>The names of accounts that have one.</summary>
    public Task<IReadOnlyDictionary<AccountId, string>> NamesAsync(CancellationToken cancellation) =>
        throw new NotSupportedException();
}
