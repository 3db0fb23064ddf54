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
/// <param name="Held">What is set aside for somebody and not among the spendable.</param>
sealed record Wallet(
    AccountId Account, long Spendable, IReadOnlyList<Ending> Endings, long LastSequence, long Held)
{
    /// <summary>How far a person looks ahead: what ends until then is shown at once, the rest on request.</summary>
    const int NearDays = 31;

    /// <summary>More lines than this are not read on a small screen.</summary>
    const int NearMax = 6;

    /// <summary>What ends in the near future, or the next to end when nothing does.</summary>
    public IReadOnlyList<Ending> NearEndings(DateOnly today)
    {
        var near = Endings.TakeWhile(ending => ending.LastDay <= today.AddDays(NearDays)).Take(NearMax).ToList();
        return near.Count > 0 ? near : [.. Endings.Take(1)];
    }
}

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
        return new Wallet(account, view.Spendable, [.. endings], view.LastSequence, view.Held);
    }
}
