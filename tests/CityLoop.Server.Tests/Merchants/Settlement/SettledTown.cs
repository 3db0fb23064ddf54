using CityLoop.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Settlement;

/// <summary>Three shops and four persons on the real ledger rules, settled by the real sums, in memory.</summary>
sealed class SettledTown
{
    const long Funded = 10_000_000, Given = 100_000;
    const int Percent = 3;

    static readonly CurrencyId Points = new(1);

    readonly LedgerState _books = new();
    readonly List<JournalEntry> _journal = [];
    readonly Dictionary<Guid, Payment> _payments = [];
    readonly List<Guid> _names = [];
    readonly AccountId[] _persons;
    readonly AccountId[] _payouts;
    readonly long[] _paid = new long[3];
    readonly long[] _refunded = new long[3];
    DateOnly _today = new(2026, 11, 1);
    SettlementWindow _next = SettlementWindow.Containing(new(2026, 11, 1));
    long _boundary;
    readonly AccountId _budget;
    int _named;

    public SettledTown()
    {
        Post(new DefineCurrency(Name(), Points, "TCP", 0)).ShouldBe(PostOutcome.Posted);
        var issuing = Open(AccountKind.Issuing);
        _budget = Open(AccountKind.Budget);
        Shops = [.. Enumerable.Range(0, 3).Select(_ => Open(AccountKind.Merchant))];
        _payouts = [.. Enumerable.Range(0, 3).Select(_ => Open(AccountKind.Payout))];
        _persons = [.. Enumerable.Range(0, 4).Select(_ => Open(AccountKind.Person))];
        Post(new Transfer(Name(), issuing, _budget, Funded, TransferCode.Fund)).ShouldBe(PostOutcome.Posted);
        foreach (var person in _persons)
            Post(new Transfer(Name(), _budget, person, Given, TransferCode.Earn)).ShouldBe(PostOutcome.Posted);
    }

    public AccountId[] Shops { get; }

    public List<SettlementLine> Lines { get; } = [];

    /// <summary>One thing that happens in town, chosen by a number from 0 to 99.</summary>
    public void Live(int kind, int size)
    {
        if (kind < 55)
            Pay(size % 3, size);
        else if (kind < 80)
            Refund(Any(size), kind % 3 == 0 ? null : size);
        else if (kind < 92)
            Turn(size % 20 + 1);
        else
            Settle(() => Refund(Any(size)));
    }

    Guid Any(int number) => _names.Count == 0 ? Guid.Empty : _names[number % _names.Count];

    public Guid Pay(int shop, long amount)
    {
        var id = Name();
        var (person, back) = (_persons[amount % 4], amount * Percent / 100);
        var pay = new Transfer(id, person, Shops[shop], amount, TransferCode.Pay);
        var rebate = new Transfer(Payment.RebateId(id), _budget, person, back, TransferCode.Rebate) { EarnedBy = id };
        if (Post(back == 0 ? [pay] : [pay, rebate]) != PostOutcome.Posted)
            return Guid.Empty;
        _payments[id] = new Payment(id, person, Shops[shop], amount, back, At(_today), _books.Sequence, null);
        _names.Add(id);
        _paid[shop] += amount;
        return id;
    }

    /// <summary>Gives a part of a payment back, or all that is left of it.</summary>
    public bool Refund(Guid payment, long? amount = null)
    {
        if (!_payments.TryGetValue(payment, out var paid))
            return false;
        var part = amount ?? paid.Left;
        var rebate = _journal.FirstOrDefault(e => e.Body.Id == Payment.RebateId(payment))?.Body as Transfer;
        var linked = Refunds.CommandsOf(paid, part, Guid.Empty, rebate, Percent, null);
        if (Post(linked) != PostOutcome.Posted)
            return false;
        var back = linked is [_, Transfer share] ? share.Amount : 0;
        _payments[payment] = paid with
        {
            Refunds = [.. paid.Refunds, new(paid.Refunded, part, back, back, At(_today), _books.Sequence, 0, null)],
        };
        _refunded[Array.IndexOf(Shops, paid.Shop)] += part;
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

        CheckPeople();
        SettleAllThatIsLeft();
    }

    /// <summary>Everybody has paid what was not given back, and keeps the city's share of exactly that.</summary>
    void CheckPeople()
    {
        foreach (var payment in _payments.Values)
        {
            payment.Left.ShouldBeInRange(0, payment.Amount);
            (payment.Back - payment.BackReturned).ShouldBe(payment.Left * Percent / 100);
        }

        foreach (var person in _persons)
            _books.Account(person).Balance.ShouldBe(
                Given - _payments.Values.Where(p => p.Person == person)
                    .Sum(p => p.Left - p.Left * Percent / 100));
        _books.Account(_budget).Balance.ShouldBe(
            Funded - _persons.Length * Given - _payments.Values.Sum(p => p.Left * Percent / 100));
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

    PostOutcome Post(params LedgerCommand[] linked) => _books.Post(linked, At(_today), _journal).Outcome;

    Guid Name() => DerivedId.From("town", (_named++).ToString());

    static DateTimeOffset At(DateOnly day) => new(day, new TimeOnly(0, 0), TimeSpan.Zero);
}
