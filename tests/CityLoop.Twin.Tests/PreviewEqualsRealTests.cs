using CityLoop.Ledger;
using CityLoop.Missions;

namespace CityLoop.Twin.Tests;

/// <summary>
/// The promise of the twin: what it says somebody got is what the real rules give for the same acts. The acts of a
/// year are written down and posted again, by hand, into books and states that the twin never saw.
/// </summary>
public sealed class PreviewEqualsRealTests
{
    static readonly CurrencyId Points = new(1);
    static readonly DateOnly LastDay = Taichung.Policy.From.AddDays(TwinPolicy.Days - 1);

    readonly LedgerState _books = new();
    readonly List<JournalEntry> _journal = [];
    readonly Dictionary<Guid, AccountId> _accounts = [];
    readonly Dictionary<Guid, PersonState> _states = [];
    readonly AccountId _rally;
    readonly AccountId _rebate;
    readonly AccountId _bakery;
    DateOnly _today;
    int _ids;

    public PreviewEqualsRealTests()
    {
        Post(new DefineCurrency(NextId(), Points, "TCP", 0));
        Begin(Taichung.Policy.From);
        var issuing = Open(AccountKind.Issuing);
        _rally = Open(AccountKind.Budget);
        _rebate = Open(AccountKind.Budget);
        _bakery = Open(AccountKind.Merchant);
        Post(new Transfer(NextId(), issuing, _rally, 6_000, TransferCode.Fund));
        Post(new Transfer(NextId(), issuing, _rebate, 300_000, TransferCode.Fund));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void The_same_acts_bring_the_same_points_under_the_real_rules(long seed)
    {
        var seen = new List<TwinEvent>();
        var year = SyntheticCity.Live(Taichung.People, Taichung.Policy, new Behaviour(), seed, seen.Add);

        seen.Count(e => e.Received > 0).ShouldBeGreaterThan(100);
        foreach (var happened in seen)
        {
            if (happened.Day != _today)
                Begin(happened.Day);
            var received = happened.Act is { } act ? Do(act) : Buy(happened.Person, happened.Paid);
            received.ShouldBe(happened.Received, $"{happened}");
        }

        if (_today < LastDay)
            Begin(LastDay);
        _accounts.Values.Sum(account => _books.Account(account).Spendable).ShouldBe(year.Months[^1].Left);
        _books.Account(_bakery).Balance.ShouldBe(year.Months.Sum(month => month.Spent));
    }

    long Do(Act act)
    {
        var evaluation = Evaluator.Evaluate(
            Taichung.Rally, _states.GetValueOrDefault(act.Person, PersonState.Empty), act);
        _states[act.Person] = evaluation.State;
        var received = 0L;
        foreach (var due in evaluation.Effects.OfType<EarnPoints>())
            if (Post(new Transfer(due.Id, _rally, AccountOf(act.Person), due.Points.Amount, TransferCode.Earn)
                { Claim = due.Claim, LastDay = _today.AddMonths(6) }))
                received += due.Points.Amount;
        return received;
    }

    long Buy(Guid person, long amount)
    {
        Post(new Transfer(NextId(), AccountOf(person), _bakery, amount, TransferCode.Pay)).ShouldBeTrue();
        var back = amount * 3 / 100;
        if (back > 0)
            Post(new Transfer(NextId(), _rebate, AccountOf(person), back, TransferCode.Rebate)
                { LastDay = _today.AddMonths(6) }).ShouldBeTrue();
        return back;
    }

    void Begin(DateOnly day)
    {
        Post(BeginDay.Of(day));
        _today = day;
        foreach (var account in _accounts.Values)
            foreach (var lot in _books.Lots(account))
                if (lot.LastDay < day)
                    Post(new Transfer(NextId(), account, lot.Budget, lot.Amount, TransferCode.Expire)
                        { LastDay = lot.LastDay }).ShouldBeTrue();
    }

    AccountId AccountOf(Guid person) =>
        _accounts.TryGetValue(person, out var account) ? account : _accounts[person] = Open(AccountKind.Person);

    AccountId Open(AccountKind kind)
    {
        Post(new OpenAccount(NextId(), Points, kind)).ShouldBeTrue();
        return new AccountId(_books.AccountCount);
    }

    bool Post(LedgerCommand command) => _books.Post([command], DateTimeOffset.UnixEpoch, _journal).IsPosted;

    Guid NextId() => DerivedId.From("by-hand", $"{++_ids}");
}
