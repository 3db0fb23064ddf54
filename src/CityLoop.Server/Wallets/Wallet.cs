using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Wallets;

/// <summary>Points that end on the same day.</summary>
readonly record struct Ending(DateOnly LastDay, long Amount);

/// <summary>What a person has, as of a moment.</summary>
/// <param name="Spendable">What can be spent today.</param>
/// <param name="Endings">What ends when, soonest first.</param>
/// <param name="LastSequence">The latest journal entry of the account.</param>
sealed record Wallet(AccountId Account, long Spendable, IReadOnlyList<Ending> Endings, long LastSequence);

/// <summary>Opens wallets.</summary>
sealed class Wallets(PersonAccounts accounts, CityLedger ledger, CityPack city, CityClock clock)
{
    public CityCurrency Currency => city.MainCurrency;

    public Task<AccountId> AccountAsync(PersonId person, CancellationToken cancellation) =>
        accounts.OfAsync(person, city.MainCurrency.Id, cancellation);

    public async Task<Wallet> OpenAsync(PersonId person, CancellationToken cancellation)
    {
        var account = await AccountAsync(person, cancellation);
        var (view, lots) = await ledger.ReadAsync(
            books => (books.Account(account), books.Lots(account)), cancellation);
        var today = clock.Today;
        var endings = lots
            .Where(lot => lot.LastDay is { } day && day >= today)
            .GroupBy(lot => lot.LastDay!.Value)
            .Select(same => new Ending(same.Key, same.Sum(lot => lot.Amount)))
            .OrderBy(ending => ending.LastDay);
        return new Wallet(account, view.Spendable, [.. endings], view.LastSequence);
    }
}
