using CityLoop.Ledger;
using CityLoop.Missions;

namespace CityLoop.Twin;

/// <summary>
/// The twin's books: the city's own ledger rules, in memory, without a disk. Everything the twin says about points
/// went through <see cref="LedgerState.Post"/> and can be refused by it, as in the real city.
/// </summary>
sealed class TwinBooks
{
    static readonly CurrencyId Currency = new(1);

    readonly LedgerState _ledger = new();
    readonly NoJournal _journal = new();
    readonly TwinPolicy _policy;
    readonly Dictionary<string, AccountId> _budgets = [];
    readonly Dictionary<DateOnly, List<AccountId>> _ending = [];
    readonly AccountId _shops;
    long _made;

    public TwinBooks(TwinPolicy policy, int scale)
    {
        _policy = policy;
        Post(new DefineCurrency(NextId(), Currency, policy.CurrencyCode, policy.CurrencyScale));
        Begin(policy.From);
        var issuing = Open(AccountKind.Issuing);
        _shops = Open(AccountKind.Merchant);
        foreach (var (name, amount) in policy.Budgets)
        {
            var account = _budgets[name] = Open(AccountKind.Budget);
            if (amount / scale > 0)
                Post(new Transfer(NextId(), issuing, account, amount / scale, TransferCode.Fund));
        }
    }

    /// <summary>The instant that everything is written down at; the books need an order and no clock.</summary>
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    public DateOnly Today => _ledger.Day!.Value;

    public AccountId OpenPerson() => Open(AccountKind.Person);

    public long SpendableOf(AccountId person) => _ledger.Account(person).Spendable;

    public long LeftIn(string budget) => _ledger.Account(_budgets[budget]).Balance;

    /// <summary>Turns the calendar and gives back to the budgets what could last be spent yesterday.</summary>
    /// <returns>Units that expired.</returns>
    public long Begin(DateOnly day)
    {
        Post(BeginDay.Of(day));
        if (!_ending.Remove(day.AddDays(-1), out var persons))
            return 0;
        var expired = 0L;
        foreach (var person in persons)
            foreach (var lot in _ledger.Lots(person))
                if (lot.LastDay < day && Post(new Transfer(
                    NextId(), person, lot.Budget, lot.Amount, TransferCode.Expire) { LastDay = lot.LastDay }).IsPosted)
                    expired += lot.Amount;
        return expired;
    }

    /// <summary>Pays what the evaluator says is due; false when the budget has run dry.</summary>
    public bool Pay(AccountId person, EarnPoints due)
    {
        var lastDay = _policy.LastDay(Today);
        var posted = Post(new Transfer(
            due.Id, _budgets[due.Points.Budget], person, due.Points.Amount, TransferCode.Earn)
        {
            Claim = due.Claim,
            LastDay = lastDay,
            Reference = _policy.Mission.VersionId,
        }).IsPosted;
        if (posted)
            Remember(person, lastDay);
        return posted;
    }

    /// <summary>
    /// A person pays a shop and gets the share back, as one linked set; without the share when its budget is dry.
    /// </summary>
    /// <returns>What came back; null when the payment itself was refused.</returns>
    public long? Spend(AccountId person, long amount)
    {
        var pay = new Transfer(NextId(), person, _shops, amount, TransferCode.Pay);
        var back = amount * _policy.RebatePercent / 100;
        if (back > 0)
        {
            var lastDay = _policy.LastDay(Today);
            var rebate = new Transfer(
                NextId(), _budgets[_policy.RebateBudget], person, back, TransferCode.Rebate) { LastDay = lastDay };
            if (Post(pay, rebate).IsPosted)
            {
                Remember(person, lastDay);
                return back;
            }
        }

        return Post(pay).IsPosted ? 0 : null;
    }

    /// <summary>Everything that persons hold: the check that no figure of the twin was counted apart.</summary>
    public long HeldByPersons()
    {
        var held = 0L;
        for (var number = 1; number <= _ledger.AccountCount; number++)
            if (_ledger.Account(new AccountId(number)) is { Kind: AccountKind.Person } person)
                held += person.Balance;
        return held;
    }

    void Remember(AccountId person, DateOnly? lastDay)
    {
        if (lastDay is not { } day)
            return;
        if (!_ending.TryGetValue(day, out var persons))
            _ending[day] = persons = [];
        if (persons.Count == 0 || persons[^1] != person)
            persons.Add(person);
    }

    AccountId Open(AccountKind kind)
    {
        Post(new OpenAccount(NextId(), Currency, kind));
        return new AccountId(_ledger.AccountCount);
    }

    PostResult Post(params ReadOnlySpan<LedgerCommand> linked) => _ledger.Post(linked, Now, _journal);

    /// <summary>Ids of the twin count upwards: nothing outside its books will ever ask for them.</summary>
    Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes[8..], ++_made);
        // Version 8 (RFC 9562): the maker's own layout.
        bytes[6] = 0x80;
        bytes[8] |= 0x80;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The twin keeps no journal: its city can be lived through again from the seed.</summary>
    sealed class NoJournal : System.Collections.ObjectModel.Collection<JournalEntry>
    {
        protected override void InsertItem(int index, JournalEntry item)
        {
        }
    }
}
