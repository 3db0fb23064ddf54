using System.Security.Claims;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;

namespace CityLoop.Server.Proofs;

/// <summary>
/// Who may see an entry of the journal: those whose account stands in it, the shop's workers for a shop's; city staff
/// those in which no person's account stands; auditors all of them.
/// </summary>
sealed class EntryReaders(
    CityLedger ledger, PersonAccounts people, MerchantStore merchants, OfficerView view)
{
    public async Task<bool> MayReadAsync(ClaimsPrincipal who, long sequence, CancellationToken cancellation)
    {
        var entries = sequence < 1 ? [] : await ledger.ReadJournalAsync(sequence - 1, 1, cancellation);
        if (entries is not [var entry] || entry.Sequence != sequence)
            return false;
        var accounts = AccountsIn(entry.Body);
        if (who.IsInRole(Roles.Auditor))
        {
            await view.OpenAccountsAsync(who.PersonId(), accounts, ["entry"], cancellation);
            return true;
        }

        // The desk knows no person: entry by entry it could put together what its pages fold into one.
        if (who.IsInRole(Roles.CityStaff) && !await ledger.ReadAsync(
            books => accounts.Any(account => books.Account(account).Kind.KeepsLastDays()), cancellation))
            return true;
        if (entry.Body is not Transfer)
            return false;
        var person = who.PersonId();
        if ((await merchants.WorkplacesAsync(person, cancellation)).Any(
            place => accounts.Contains(place.Shop.Account) || accounts.Contains(place.Shop.Payout)))
            return true;
        return who.IsHolder() && await people.OwnsAnyAsync(person, accounts, cancellation);
    }

    static AccountId[] AccountsIn(LedgerCommand command) => command switch
    {
        Transfer transfer => [transfer.Debit, transfer.Credit],
        PlaceHold hold => [hold.Debit, hold.Credit],
        ReleaseHold release => [release.Account],
        ChangeAccount change => [change.Account],
        SetLevel level => [level.Account],
        _ => [],
    };
}
