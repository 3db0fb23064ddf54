using CityLoop.Server.City;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>Credits that are no payout's: a room of the city may wait for them.</summary>
sealed class IncomingMoney(IEnumerable<IMoneyRoom> rooms, CityPack city)
{
    public async Task<BankOutcome> TakeAsync(BankEntry entry, bool isDryRun, CancellationToken cancellation)
    {
        if (!entry.IsCredit || entry.IsReversal || entry.Transactions.Count > 1
            || entry.Transactions.Any(t => t.ReturnReason is not null))
            return BankOutcome.UnknownReference;
        var money = new MoneyIn(
            entry.Id, entry.Amount, [.. entry.Transactions.SelectMany(t => new[] { t.Remittance, t.EndToEndId })]);
        // Until it is known to be the city's own money, and final, rooms are only asked whether they know it.
        var isReady = city.Payouts.Owns(entry.Account) && entry.Currency == city.Payouts.Money
            && entry.Status == "BOOK";
        foreach (var room in rooms)
        {
            var answer = await room.TakeAsync(money, isDryRun || !isReady, cancellation);
            if (answer == MoneyAnswer.NotOurs)
                continue;
            return !city.Payouts.Owns(entry.Account) ? BankOutcome.OtherAccount
                : entry.Currency != city.Payouts.Money ? BankOutcome.CurrencyDiffers
                : entry.Status != "BOOK" ? BankOutcome.NotBooked
                : answer switch
                {
                    MoneyAnswer.Taken => BankOutcome.Matched,
                    MoneyAnswer.AmountDiffers => BankOutcome.AmountDiffers,
                    _ => BankOutcome.CannotBeTaken,
                };
        }

        return BankOutcome.UnknownReference;
    }
}
