using System.Security.Claims;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Proofs;

/// <summary>
/// Who may see an entry of the journal: those whose account stands in it, the shop's workers for a shop's; city staff
/// and auditors all of them.
/// </summary>
sealed class EntryReaders(CityLedger ledger, PersonAccounts people, MerchantStore merchants)
{
    public async Task<bool> MayReadAsync(ClaimsPrincipal who, long sequence, CancellationToken cancellation)
    {
        if (who.IsInRole(Roles.CityStaff) || who.IsInRole(Roles.Auditor))
            return true;
        var entries = sequence < 1 ? [] : await ledger.ReadJournalAsync(sequence - 1, 1, cancellation);
        if (entries is not [{ Body: Transfer transfer } entry] || entry.Sequence != sequence)
            return false;
        var person = who.PersonId();
        if (await merchants.OfWorkerAsync(person, cancellation) is { } shop
            && (Stands(shop.Account) || Stands(shop.Payout)))
            return true;
        if (!who.IsInRole(Roles.Resident))
            return false;
        var currency = await ledger.ReadAsync(books => books.Account(transfer.Debit).Currency, cancellation);
        return Stands(await people.OfAsync(person, currency, cancellation));

        bool Stands(AccountId account) => account == transfer.Debit || account == transfer.Credit;
    }
}
