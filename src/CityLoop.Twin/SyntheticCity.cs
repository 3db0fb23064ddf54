using CityLoop.Ledger;
using CityLoop.Missions;

namespace CityLoop.Twin;

/// <summary>
/// A synthetic city that lives through a policy, day by day: people join, visit the spots of a mission, answer, are
/// paid, shop with what they have, get a share back, and forget. What an act is worth is asked of the real
/// evaluator, what happens to points of the real ledger; only the people are made up.
/// </summary>
public sealed class SyntheticCity
{
    readonly TwinPolicy _policy;
    readonly Population _population;
    readonly Behaviour _behaviour;
    readonly Chance _chance;
    readonly World _world;
    readonly Joining _joining;
    readonly TwinBooks _books;
    readonly Outings _outings;
    readonly Action<TwinEvent>? _witness;
    readonly List<Member> _members = [];
    readonly List<Member> _rallyists = [];
    readonly List<Member> _holders = [];
    readonly List<int> _joined = [];
    MonthFigures _month;
    DateOnly? _placesGoneOn;
    long _held;

    SyntheticCity(
        Population population, TwinPolicy policy, Behaviour behaviour, long seed, Action<TwinEvent>? witness)
    {
        (_population, _policy, _behaviour, _witness) = (population, policy, behaviour, witness);
        _chance = new Chance(seed);
        _world = World.Draw(behaviour, _chance, policy.Reward / policy.UnitsPerPoint, policy.RebatePercent);
        _joining = new Joining(population, behaviour, _world, _chance);
        _books = new TwinBooks(policy, population.Scale);
        _outings = new Outings(population, policy, behaviour, _world, _chance);
        _month = new MonthFigures(policy.From);
    }

    /// <summary>Lives one year of 365 days.</summary>
    /// <param name="seed">The same seed with the same arguments gives the same year, on every machine.</param>
    /// <param name="witness">Told of every act and purchase, in order; null for nobody.</param>
    public static TwinYear Live(
        Population population, TwinPolicy policy, Behaviour behaviour, long seed, Action<TwinEvent>? witness = null) =>
        new SyntheticCity(population, policy, behaviour, seed, witness).Live(seed);

    TwinYear Live(long seed)
    {
        var months = new List<MonthFigures>();
        for (var day = -_behaviour.DaysBefore; day < TwinPolicy.Days; day++)
        {
            _joining.Pass(day + _behaviour.DaysBefore, _joined);
            WelcomeJoined();
            if (day < 0)
                continue;

            var today = _policy.From.AddDays(day);
            if (today.Month != _month.Month.Month)
            {
                CloseMonth(months);
                _month = new MonthFigures(today);
            }

            _books.Now = new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero);
            if (day > 0)
                Expire(_books.Begin(today));
            if (_policy.Mission.IsOpenOn(today))
                Visit(day, today);
            Shop(day, today);
        }

        CloseMonth(months);
        return new TwinYear(
            seed, months, _placesGoneOn, _policy.Budgets.Keys.ToDictionary(name => name, name => _books.LeftIn(name)));
    }

    void WelcomeJoined()
    {
        foreach (var number in _joined)
        {
            var member = new Member(number)
            {
                Forgets = _chance.Happens(_world.Forgetting, Fate.Forgets, number),
            };
            _members.Add(member);
            if (_chance.Happens(_world.Participation, Fate.TakesPart, number))
                _rallyists.Add(member);
        }

        _joined.Clear();
    }

    void Visit(int day, DateOnly today)
    {
        foreach (var visit in _outings.On(day, today, _rallyists))
        {
            var evaluation = Evaluator.Evaluate(_policy.Mission, visit.Member.State, visit.Act);
            visit.Member.State = evaluation.State;
            if (evaluation.Stamp is not null)
                _month.Stamps++;
            var received = 0L;
            foreach (var effect in evaluation.Effects)
                received += Give(visit.Member, effect, today);
            _witness?.Invoke(new TwinEvent(visit.Act.Person, today, visit.Act, 0, received));
        }
    }

    long Give(Member member, Effect effect, DateOnly today)
    {
        if (effect is GrantTickets tickets)
            _month.Tickets += tickets.Tickets.Count;
        if (effect is not EarnPoints due)
            return 0;
        _month.RewardsDue++;
        if (!_books.Pay(AccountOf(member), due))
        {
            _placesGoneOn ??= today;
            return 0;
        }

        _month.RewardsPaid++;
        _month.Earned += due.Points.Amount;
        _held += due.Points.Amount;
        return due.Points.Amount;
    }

    void Shop(int day, DateOnly today)
    {
        var fewest = _behaviour.FewestPoints * _policy.UnitsPerPoint;
        foreach (var member in _holders)
        {
            if (member.Forgets || !_chance.Happens(_world.ShoppingPerDay, Fate.ShopsOnDay, member.Number, day))
                continue;
            var spendable = _books.SpendableOf(member.Account!.Value);
            if (spendable < fewest)
                continue;
            var wanted = (long)_chance.Between(_behaviour.Purchase, Fate.Purchase, member.Number, day);
            var amount = Math.Min(spendable, wanted * _policy.UnitsPerPoint);
            if (_books.Spend(member.Account.Value, amount) is not { } back)
                continue;
            _month.Spent += amount;
            _month.Rebate += back;
            _held += back - amount;
            _witness?.Invoke(new TwinEvent(member.Id, today, null, amount, back));
        }
    }

    void Expire(long units)
    {
        _month.Expired += units;
        _held -= units;
    }

    void CloseMonth(List<MonthFigures> months)
    {
        var held = _books.HeldByPersons();
        if (held != _held)
            throw new InvalidOperationException($"The twin counted {_held} units in hand, its books hold {held}.");
        _month.Members = _members.Count;
        _month.Left = held;
        months.Add(_month);
    }

    /// <summary>Accounts are opened at first use, as in the real city.</summary>
    AccountId AccountOf(Member member)
    {
        if (member.Account is { } account)
            return account;
        _holders.Add(member);
        return (member.Account = _books.OpenPerson()).Value;
    }
}
