using System.Collections.Immutable;

namespace CityLoop.Ledger.Tests.Model;

/// <summary>All that the plain ledger knows, never changed: to refuse is to keep the books that were there.</summary>
sealed record PlainBooks
{
    public long Sequence { get; init; }

    public DateTimeOffset LastAt { get; init; } = DateTimeOffset.UnixEpoch;

    public DateOnly? Day { get; init; }

    public ImmutableDictionary<short, DefineCurrency> Currencies { get; init; } =
        ImmutableDictionary<short, DefineCurrency>.Empty;

    /// <summary>Account number 1 stands at place 0.</summary>
    public ImmutableList<PlainAccount> Accounts { get; init; } = [];

    /// <summary>Every id with what it named; a claim names nothing but itself.</summary>
    public ImmutableDictionary<Guid, (long Sequence, LedgerCommand? Content)> Names { get; init; } =
        ImmutableDictionary<Guid, (long Sequence, LedgerCommand? Content)>.Empty;

    public ImmutableDictionary<Guid, PlainHold> Holds { get; init; } = ImmutableDictionary<Guid, PlainHold>.Empty;

    /// <summary>Every payment and rebate ever made, by its journal number.</summary>
    public ImmutableSortedDictionary<long, PlainPayment> Payments { get; init; } =
        ImmutableSortedDictionary<long, PlainPayment>.Empty;

    public ImmutableSortedDictionary<short, Limit> Limits { get; init; } =
        ImmutableSortedDictionary<short, Limit>.Empty;

    /// <summary>How much of each limit is used, by whom, in which period.</summary>
    public ImmutableDictionary<PlainUse, long> Used { get; init; } = ImmutableDictionary<PlainUse, long>.Empty;

    /// <summary>What has left the accounts with lots, one by one: whose points, why and where to.</summary>
    public ImmutableDictionary<(AccountId Budget, TransferCode Code, AccountId To), Int128> Gone { get; init; } =
        ImmutableDictionary<(AccountId Budget, TransferCode Code, AccountId To), Int128>.Empty;

    public PlainAccount this[AccountId id] => Accounts[id.Value - 1];

    public bool Has(AccountId id) => id.Value >= 1 && id.Value <= Accounts.Count;

    public PlainBooks With(PlainAccount account) =>
        this with { Accounts = Accounts.SetItem(account.Id.Value - 1, account) };

    public Int128 HeldIn(AccountId id)
    {
        Int128 held = 0;
        foreach (var hold in Holds.Values)
            held += hold.Command.Debit == id ? hold.Command.Amount : 0;
        return held;
    }

    /// <summary>Everything in an account, held points included.</summary>
    public Int128 BalanceOf(AccountId id) =>
        this[id].Kind.KeepsLots() ? this[id].Lots.Sum(l => (Int128)l.Amount) + HeldIn(id) : this[id].Points;

    /// <summary>What has not ended and nobody holds.</summary>
    public Int128 SpendableOf(AccountId id) => this[id].Kind.KeepsLots()
        ? this[id].Lots.Where(l => !l.HasEnded(Day)).Sum(l => (Int128)l.Amount)
        : this[id].Points - HeldIn(id);

    /// <summary>True while somebody has points that an account funded.</summary>
    public bool HasPointsAbroad(AccountId id) =>
        Accounts.Any(a => a.Lots.Any(l => l.Budget == id)) || Holds.Values.Any(h => h.Lots.Any(l => l.Budget == id));

    /// <summary>Points in the world, those that are lost but not yet written included.</summary>
    public Int128 Outstanding(CurrencyId currency)
    {
        Int128 sum = 0;
        foreach (var account in Accounts)
            if (account.Currency == currency && account.Kind.IsInTheWorld())
                sum += BalanceOf(account.Id) + account.Lots.Sum(l => (Int128)l.Lost);
        return sum;
    }

    public Int128 Funding(CurrencyId currency) =>
        Accounts.Where(a => a.Currency == currency && a.Kind == AccountKind.Funding).Sum(a => a.Points);
}

/// <summary>An account: lots, or plain points for kinds without lots.</summary>
sealed record PlainAccount(AccountId Id, AccountKind Kind, CurrencyId Currency, long LastSequence)
{
    public AccountStatus Status { get; init; }

    public int Level { get; init; }

    public long? Minimum { get; init; }

    public long? Maximum { get; init; }

    public Int128 Points { get; init; }

    public ImmutableList<PlainLot> Lots { get; init; } = [];

    public PlainLot? LotOf(DateOnly? lastDay, AccountId budget) =>
        Lots.Find(l => l.LastDay == lastDay && l.Budget == budget);

    /// <summary>The account with a lot's amount changed; a lot of nothing is no lot.</summary>
    public PlainAccount Changed(DateOnly? lastDay, AccountId budget, long by, long lost = 0)
    {
        var old = LotOf(lastDay, budget) ?? new PlainLot(lastDay, budget, 0, 0);
        var changed = old with { Amount = old.Amount + by, Lost = old.Lost + lost };
        var others = Lots.Where(l => l.LastDay != lastDay || l.Budget != budget);
        var all = changed.Amount == 0 ? others : others.Append(changed);
        return this with
        {
            Lots = [.. all.OrderBy(l => l.LastDay ?? DateOnly.MaxValue).ThenBy(l => l.Budget.Value)],
        };
    }
}

/// <param name="Lost">What has decayed and is not yet written.</param>
sealed record PlainLot(DateOnly? LastDay, AccountId Budget, long Amount, long Lost)
{
    public bool HasEnded(DateOnly? day) => LastDay < day;
}

/// <summary>Points that have left their lots and wait for a receiver.</summary>
sealed record PlainHold(PlaceHold Command, ImmutableList<PlainLot> Lots, DateOnly? Day);

/// <summary>A payment or a rebate, with the lots that it moved.</summary>
/// <param name="Reversed">How much was taken back.</param>
/// <param name="Rebate">The journal number of what it earned, 0 for nothing.</param>
sealed record PlainPayment(
    long Sequence, Transfer Transfer, ImmutableList<PlainLot> Lots, DateOnly? Day, long Reversed, long Rebate);

/// <param name="Period">The day or the month that it counts for, 0 for always.</param>
sealed record PlainUse(short Limit, AccountId Giver, AccountId Receiver, Guid Reference, int Period);

/// <summary>Sums that no ledger can pass.</summary>
static class Sums
{
    public static Int128 Sum<T>(this IEnumerable<T> all, Func<T, Int128> of)
    {
        Int128 sum = 0;
        foreach (var one in all)
            sum += of(one);
        return sum;
    }
}
