using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;

namespace CityLoop.Server.Accounts;

/// <summary>An account as the city's staff see it.</summary>
/// <param name="Name">The books' own: <c>budget:rally-2026</c>; null for accounts of people.</param>
/// <param name="Title">What people call it, by language; null where only the books' name is known.</param>
/// <param name="IsShown">False for a person's account in the eyes of staff: that there is one, and no more.</param>
sealed record AccountSheet(
    AccountView View, string? Name, LocalNames? Title, CurrencyView Currency, long? Minimum, long? Maximum,
    bool IsShown);

/// <summary>Accounts with their names: the city's own ones in a list, any other by its number.</summary>
sealed class AccountSheets(CityLedger ledger, CityAccounts accounts, CityPack city, MerchantStore merchants)
{
    /// <summary>The accounts that have a name: the city's, the shops' and the world's.</summary>
    public async Task<IReadOnlyList<AccountSheet>> NamedAsync(CancellationToken cancellation)
    {
        var names = await accounts.NamesAsync(cancellation);
        var shops = (await merchants.AllAsync(cancellation)).ToDictionary(shop => shop.Code, shop => shop.Names);
        return await ledger.ReadAsync<IReadOnlyList<AccountSheet>>(
            books => [.. names.Where(named => !books.Account(named.Key).Kind.KeepsLastDays())
                .Select(named => Of(books, named.Key, named.Value, shops, isAuditor: false))
                .OrderBy(sheet => sheet.View.Kind).ThenBy(sheet => sheet.Name, StringComparer.Ordinal)],
            cancellation);
    }

    /// <summary>One account by its number; null when there is none.</summary>
    public async Task<AccountSheet?> FindAsync(AccountId account, bool isAuditor, CancellationToken cancellation)
    {
        var name = (await accounts.NamesAsync(cancellation)).GetValueOrDefault(account);
        var shops = (await merchants.AllAsync(cancellation)).ToDictionary(shop => shop.Code, shop => shop.Names);
        return await ledger.ReadAsync(
            books => account.Value > 0 && account.Value <= books.AccountCount
                ? Of(books, account, name, shops, isAuditor)
                : null, cancellation);
    }

    AccountSheet Of(
        LedgerState books, AccountId account, string? name, Dictionary<string, LocalNames> shops, bool isAuditor)
    {
        var view = books.Account(account);
        var (minimum, maximum) = books.BoundsOf(account);
        var isShown = isAuditor || !view.Kind.KeepsLastDays();
        return new AccountSheet(
            isShown ? view : view with { Balance = 0, Spendable = 0, Held = 0 }, isShown ? name : null,
            TitleOf(name, shops), books.Currencies.Single(c => c.Id == view.Currency), minimum, maximum, isShown);
    }

    LocalNames? TitleOf(string? name, Dictionary<string, LocalNames> shops) => name?.Split(':', 2) switch
    {
        ["merchant" or "payout", var code] => shops.GetValueOrDefault(code),
        ["budget", var budget] => city.Budgets.FirstOrDefault(b => b.Name == budget)?.Names,
        _ => null,
    };
}
