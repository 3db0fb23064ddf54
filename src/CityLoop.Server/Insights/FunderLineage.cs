using CityLoop.Ledger;

namespace CityLoop.Server.Insights;

/// <summary>Whose points lie where, and how they went, by the lots of the books at one moment.</summary>
sealed class FunderLineage
{
    readonly Dictionary<AccountId, long> _inHands = [];
    readonly Dictionary<AccountId, long> _withShops = [];
    readonly Dictionary<(AccountId Budget, TransferCode Code), Int128> _gone = [];

    /// <summary>Looks at every account once.</summary>
    public static FunderLineage Of(LedgerState books, CurrencyId currency)
    {
        var lineage = new FunderLineage();
        for (var number = 1; number <= books.AccountCount; number++)
        {
            var account = books.Account(new AccountId(number));
            if (!account.Kind.KeepsLots() || account.Currency != currency)
                continue;
            var sums = account.Kind.KeepsLastDays() ? lineage._inHands : lineage._withShops;
            foreach (var lot in books.Lots(account.Id))
                Add(sums, lot.Budget, lot.Amount);
            // A budget has decayed points again when they are written, not before.
            foreach (var due in books.DecayOf(account.Id))
                Add(sums, due.Credit, due.Amount);
        }

        foreach (var hold in books.TimedOutHolds(DateTimeOffset.MaxValue, int.MaxValue))
            if (books.Account(hold.Debit) is var giver && giver.Currency == currency)
                foreach (var lot in hold.Lots)
                    Add(giver.Kind.KeepsLastDays() ? lineage._inHands : lineage._withShops, lot.Budget, lot.Amount);
        foreach (var gone in books.Gone)
            lineage._gone[(gone.Budget, gone.Code)] =
                lineage._gone.GetValueOrDefault((gone.Budget, gone.Code)) + gone.Amount;
        return lineage;
    }

    public long InHands(AccountId budget) => _inHands.GetValueOrDefault(budget);

    /// <summary>With shops, on its way to the bank, or paid out by it.</summary>
    public long Spent(AccountId budget) =>
        _withShops.GetValueOrDefault(budget) + Gone(budget, TransferCode.PayOut);

    public long Gone(AccountId budget, TransferCode code) => (long)_gone.GetValueOrDefault((budget, code));

    static void Add(Dictionary<AccountId, long> sums, AccountId budget, long amount) =>
        sums[budget] = sums.GetValueOrDefault(budget) + amount;
}
