namespace CityLoop.Ledger;

/// <summary>What can be read from the books. Nothing in this file changes them.</summary>
public sealed partial class LedgerState
{
    /// <summary>What is in an account. Decay that is due but not yet written counts as gone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such account.</exception>
    public AccountView Account(AccountId id)
    {
        if (!Exists(id))
            throw new ArgumentOutOfRangeException(nameof(id), id, $"Accounts 1 to {AccountCount} are open.");
        ref readonly var row = ref _accounts[id.Value];
        var (lost, lostSpendable) = DecayDue(row);
        return new AccountView(
            id, row.Kind, new CurrencyId(row.Currency), row.Balance - lost, Spendable(id.Value, row) - lostSpendable,
            row.LastSequence, HeldIn(id.Value), row.Status, row.Level);
    }

    /// <summary>True for an account of a person in this currency; cheaper than a look at all that is in it.</summary>
    public bool IsPersons(AccountId id, CurrencyId currency) =>
        Exists(id) && _accounts[id.Value].Kind == AccountKind.Person && _accounts[id.Value].Currency == currency.Value;

    /// <summary>The lots of an account in the order in which they are spent; empty for kinds without lots.</summary>
    public IReadOnlyList<Lot> Lots(AccountId id)
    {
        ref readonly var row = ref _accounts[id.Value];
        var decay = DecayOf(row);
        var lots = new List<Lot>();
        for (var i = row.FirstLot; i != 0; i = _lots[i].Next)
            if (_lots[i].Amount - Loss(_lots[i], decay) is > 0 and var amount)
                lots.Add(new Lot(ToDay(_lots[i].LastDay), new AccountId(_lots[i].Budget), amount));
        return lots;
    }

    /// <summary>
    /// Lots that ended before the present day, at most one of each account, looking at accounts from a number on.
    /// </summary>
    /// <param name="from">The first account to look at.</param>
    /// <param name="accounts">How many accounts to look at: a million takes some milliseconds.</param>
    /// <param name="max">How many lots at most.</param>
    /// <returns>The lots, and the account to look at next; null when all have been looked at.</returns>
    /// <remarks>One of each account: the second one's id follows from the entry that the first one makes.</remarks>
    public (IReadOnlyList<EndedLot> Lots, AccountId? Next) EndedLots(AccountId from, int accounts, int max)
    {
        var ended = new List<EndedLot>();
        var end = Math.Min(AccountCount, (long)from.Value + accounts - 1);
        for (var i = Math.Max(1, from.Value); i <= end; i++)
        {
            if (ended.Count == max)
                return (ended, new AccountId(i));
            ref readonly var row = ref _accounts[i];
            if (row.FirstLot == 0 || _lots[row.FirstLot].LastDay >= _day)
                continue;
            var lot = _lots[row.FirstLot];
            var left = lot.Amount - Loss(lot, DecayOf(row));
            ended.Add(new EndedLot(
                new AccountId(i), new Lot(ToDay(lot.LastDay), new AccountId(lot.Budget), left), row.LastSequence));
        }

        return (ended, end < AccountCount ? new AccountId((int)end + 1) : null);
    }

    /// <summary>
    /// The lots that can be spent today and end until a day, by account, soonest first, looking at accounts from a
    /// number on.
    /// </summary>
    /// <param name="from">The first account to look at.</param>
    /// <param name="accounts">How many accounts to look at: a million takes some milliseconds.</param>
    /// <param name="max">How many accounts with such lots at most.</param>
    /// <param name="until">The latest last day.</param>
    /// <returns>The accounts, and the one to look at next; null when all have been looked at.</returns>
    public (IReadOnlyList<(AccountId Account, IReadOnlyList<Lot> Lots)> Accounts, AccountId? Next) EndingLots(
        AccountId from, int accounts, int max, DateOnly until)
    {
        var ending = new List<(AccountId, IReadOnlyList<Lot>)>();
        var end = Math.Min(AccountCount, (long)from.Value + accounts - 1);
        for (var i = Math.Max(1, from.Value); i <= end; i++)
        {
            if (ending.Count == max)
                return (ending, new AccountId(i));
            ref readonly var row = ref _accounts[i];
            if (row.FirstLot == 0 || _lots[row.FirstLot].LastDay > until.DayNumber)
                continue;
            var lots = Lots(new AccountId(i))
                .Where(lot => lot.LastDay is { } day && day.DayNumber >= _day && day <= until).ToList();
            if (lots.Count > 0)
                ending.Add((new AccountId(i), lots));
        }

        return (ending, end < AccountCount ? new AccountId((int)end + 1) : null);
    }

    /// <summary>Holds whose time is over, the oldest first.</summary>
    public IReadOnlyList<OpenHold> TimedOutHolds(DateTimeOffset at, int max) =>
        [.. _holds.Values.Where(hold => hold.Until <= at).Take(max)];

    /// <summary>What is reserved of an account, the oldest first.</summary>
    public IReadOnlyList<OpenHold> HoldsOf(AccountId giver) => [.. _holds.Values.Where(hold => hold.Debit == giver)];

    /// <summary>An open hold; null when it was resolved or never placed.</summary>
    public OpenHold? FindHold(Guid id) =>
        _ids.TryFind(id, out var sequence, out _) && _holds.TryGetValue(sequence, out var hold) && hold.Id == id
            ? hold
            : null;

    /// <summary>How low and how high an account may go, where that is not the rule of its kind.</summary>
    public (long? Minimum, long? Maximum) BoundsOf(AccountId id) => _bounds.GetValueOrDefault(id.Value);

    /// <summary>The journal number that a command's id, or a claim, led to; null when it was never used.</summary>
    public long? Find(Guid id) => _ids.TryFind(id, out var sequence, out _) ? sequence : null;

    /// <summary>
    /// The lots that a payment or a rebate moved; null when there is none of this id, or when it can no longer be taken
    /// back and is forgotten.
    /// </summary>
    public IReadOnlyList<Lot>? LotsOfPayment(Guid id) =>
        PlaceOfPayment(id) is >= 0 and var index
            ? [.. _payments.LotsOf(index)]
            : null;

    /// <summary>
    /// How much of a payment or a rebate was taken back; null when there is none of this id, or when it can no longer
    /// be taken back and is forgotten.
    /// </summary>
    public long? ReversedOf(Guid id) => PlaceOfPayment(id) is >= 0 and var index ? _payments[index].Reversed : null;

    /// <summary>The account that was opened under this id; null when there is none.</summary>
    public AccountId? FindAccount(Guid openedAs) =>
        _ids.TryFind(openedAs, out var sequence, out _) ? AccountOpenedAt(sequence) : null;

    /// <summary>
    /// The account that journal entry number <paramref name="sequence"/> opened; null when it opened none.
    /// </summary>
    public AccountId? AccountOpenedAt(long sequence)
    {
        // Accounts are numbered in the order of their opening, so their opening entries are sorted.
        int low = 1, high = AccountCount;
        while (low <= high)
        {
            var middle = low + (high - low) / 2;
            var opened = _accounts[middle].OpenedSequence;
            if (opened == sequence)
                return new AccountId(middle);
            if (opened < sequence)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    /// <inheritdoc cref="LotPool.Steps"/>
    internal long LotSteps => _lots.Steps;

    /// <summary>The place of a payment or a rebate among those that are remembered; -1 for any other id.</summary>
    long PlaceOfPayment(Guid id) =>
        _ids.TryFind(id, out var sequence, out var digest) && digest != OfClaim ? _payments.IndexOf(sequence) : -1;

    long HeldIn(int account) => _held.Count == 0 ? 0 : _held.GetValueOrDefault(account);

    /// <summary>What is there for new business, before what must stay in the account.</summary>
    long Spendable(int account, in AccountRow row)
    {
        var spendable = row.Balance - HeldIn(account);
        for (var i = row.FirstLot; i != 0 && _lots[i].LastDay < _day; i = _lots[i].Next)
            spendable -= _lots[i].Amount;
        return spendable;
    }
}
