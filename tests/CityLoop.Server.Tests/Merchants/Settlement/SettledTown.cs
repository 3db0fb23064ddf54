using CityLoop.Ledger;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Settlement;

/// <summary>Three shops and four persons on the real ledger rules, settled by the real sums, in memory.</summary>
sealed class SettledTown
{
    static readonly CurrencyId Points = new(1);

    readonly LedgerState _books = new();
    readonly List<JournalEntry> _journal = [];
    readonly List<Guid> _payments = [];
    readonly AccountId[] _persons;
    readonly AccountId[] _payouts;
    readonly long[] _paid = new long[3];
    readonly long[] _refunded = new long[3];
    DateOnly _today = new(2026, 11, 1);
    SettlementWindow _next = SettlementWindow.Containing(new(2026, 11, 1));
    long _boundary;
    int _named;

    public SettledTown()
    {
        Post(new DefineCurrency(Name(), Points, "TCP", 0)).ShouldBe(PostOutcome.Posted);
        var issuing = Open(AccountKind.Issuing);
        var budget = Open(AccountKind.Budget);
        Shops = [.. Enumerable.Range(0, 3).Select(_ => Open(AccountKind.Merchant))];
        _payouts = [.. Enumerable.Range(0, 3).Select(_ => Open(AccountKind.Payout))];
        _persons = [.. Enumerable.Range(0, 4).Select(_ => Open(AccountKind.Person))];
        Post(new Transfer(Name(), issuing, budget, 10_000_000, TransferCode.Fund)).ShouldBe(PostOutcome.Posted);
        foreach (var person in _persons)
            Post(new Transfer(Name(), budget, person, 100_000, TransferCode.Earn)).ShouldBe(PostOutcome.Posted);
    }

    public AccountId[] Shops { get; }

    public List<SettlementLine> Lines { get; } = [];

    /// <summary>One thing that happens in town, chosen by a number from 0 to 99.</summary>
    public void Live(int kind, int size)
    {
        if (kind < 55)
            Pay(size % 3, size);
        else if (kind < 80 && _payments.Count > 0)
            Refund(_payments[size % _payments.Count]);
        else if (kind < 92)
            Turn(size % 20 + 1);
        else
            Settle(() => Refund(_payments.Count == 0 ? Guid.Empty : _payments[size % _payments.Count]));
    }

    public Guid Pay(int shop, long amount)
    {
        var id = Name();
        var person = _persons[amount % 4];
        if (Post(new Transfer(id, person, Shops[shop], amount, TransferCode.Pay)) != PostOutcome.Posted)
            return Guid.Empty;
        _payments.Add(id);
        _paid[shop] += amount;
        return id;
    }

    public bool Refund(Guid payment)
    {
        if (_journal.FirstOrDefault(e => e.Body.Id == payment)?.Body is not Transfer paid)
            return false;
        var refund = new Transfer(DerivedId.From("refund", payment.ToString()), paid.Credit, paid.Debit, paid.Amount,
            TransferCode.Refund) { Reverses = payment };
        if (Post(refund) != PostOutcome.Posted)
            return false;
        _refunded[Array.IndexOf(Shops, paid.Credit)] += paid.Amount;
        return true;
    }

    public void Turn(int days) => _today = _today.AddDays(days);

    /// <summary>Settles every window that is over.</summary>
    public void Settle(Action? whileFixing = null)
    {
        for (; _next.To < _today; _next = _next.Next)
        {
            var open = Shops.ToHashSet();
            var sums = SumUp(open);
            for (var tries = 0; open.Count > 0; tries++)
            {
                tries.ShouldBeLessThan(3, "a line that was refused once must fit the balance the next time");
                var lines = open.Select(shop => LineOf(shop, sums)).ToList();
                whileFixing?.Invoke();
                whileFixing = null;
                foreach (var line in lines.Where(line => line.Amount == 0 || IsPosted(line)))
                {
                    Lines.Add(line with { IsPosted = true });
                    open.Remove(line.Account);
                }

                sums = SumUp(open);
            }

            _boundary = sums.Boundary;
        }
    }

    public void Check()
    {
        for (var shop = 0; shop < Shops.Length; shop++)
        {
            var lines = Lines.Where(l => l.Account == Shops[shop]).ToList();
            var balance = _books.Account(Shops[shop]).Balance;
            var settled = lines.Sum(l => l.Amount);
            (settled + balance).ShouldBe(_paid[shop] - _refunded[shop]);
            _books.Account(_payouts[shop]).Balance.ShouldBe(settled);
            lines.Sum(l => l.Sum.Payments).ShouldBeLessThanOrEqualTo(
                _journal.Count(e => e.Body is Transfer { Code: TransferCode.Pay } t && t.Credit == Shops[shop]));
        }

        SettleAllThatIsLeft();
    }

    /// <summary>Half a month without a sale later, every payment and refund stands in exactly one line.</summary>
    void SettleAllThatIsLeft()
    {
        Turn(40);
        Settle();
        for (var shop = 0; shop < Shops.Length; shop++)
        {
            var lines = Lines.Where(l => l.Account == Shops[shop]).ToList();
            lines.Sum(l => l.Sum.Paid).ShouldBe(_paid[shop]);
            lines.Sum(l => l.Sum.Refunded).ShouldBe(_refunded[shop]);
            _books.Account(Shops[shop]).Balance.ShouldBe(0);
        }
    }

    WindowSums SumUp(IReadOnlySet<AccountId> shops)
    {
        var sums = new WindowSums(shops, _boundary, At(_next.To.AddDays(1)), shop => Last(shop)?.CountedTo ?? 0);
        foreach (var entry in _journal.Where(e => e.Sequence > _boundary))
            sums.Take(entry);
        return sums;
    }

    SettlementLine LineOf(AccountId shop, WindowSums sums)
    {
        var place = Array.IndexOf(Shops, shop);
        return new(_next.IdIn(Points), Guid.Empty, $"shop-{place}", "", new("", "", ""), shop, _payouts[place],
            sums.Of(shop), Last(shop)?.CarriedOut ?? 0, sums.Sequence, false);
    }

    SettlementLine? Last(AccountId shop) =>
        Lines.LastOrDefault(l => l.Account == shop && l.Settlement != _next.IdIn(Points));

    bool IsPosted(SettlementLine line) => Post(line.Transfer) == PostOutcome.Posted;

    AccountId Open(AccountKind kind)
    {
        Post(new OpenAccount(Name(), Points, kind)).ShouldBe(PostOutcome.Posted);
        return new AccountId(_books.AccountCount);
    }

    PostOutcome Post(LedgerCommand command) => _books.Post([command], At(_today), _journal).Outcome;

    Guid Name() => DerivedId.From("town", (_named++).ToString());

    static DateTimeOffset At(DateOnly day) => new(day, new TimeOnly(0, 0), TimeSpan.Zero);
}
