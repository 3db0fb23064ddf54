using CityLoop.Ledger;

namespace CityLoop.Server.Operations;

/// <summary>One movement of the story; people and shops by their place in it, −1 for no shop.</summary>
readonly record struct DemoMove(
    Guid Id, TransferCode Code, int Person, int Shop, long Amount, TimeSpan TimeOfDay, Guid? Reverses);

/// <summary>
/// What a few hundred invented people do, day by day. The same on every machine: each day's chances come from its date,
/// what people can spend from the days before. Pure; amounts in whole points.
/// </summary>
/// <param name="shops">How many shops there are; the first ones of the city pack are the best visited.</param>
/// <param name="cast">How many of the people, the first ones, are demo people who also live outside the story.</param>
sealed class DemoStory(int shops, int cast)
{
    public const int People = 320;

    /// <summary>The movement with which every story begins; it remembers on which day.</summary>
    public static readonly Guid FirstId = DerivedId.From("demo-life", "first");

    /// <summary>After these days the cast live on their own: their points are theirs to spend.</summary>
    const int DaysOfTheCast = 56;

    const int DaysOfSaving = 12;

    /// <summary>A quarter of the people are there at the beginning, the others join over these days.</summary>
    const int DaysOfJoining = 70;

    readonly long[] _points = new long[People];
    DateOnly? _first;

    /// <summary>The day after the one lived before; call it for every day in turn.</summary>
    public IReadOnlyList<DemoMove> LiveDay(DateOnly day)
    {
        _first ??= day;
        var chance = new Random(day.DayNumber);
        var moves = new List<DemoMove>();
        var since = day.DayNumber - _first.Value.DayNumber;
        // Some days invite to go out and some do not.
        var mood = 0.7 + 0.6 * chance.NextDouble();
        var isWeekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        for (var person = 0; person < People; person++)
        {
            // Everybody draws the same number of chances, so that one person's day does not change the next one's.
            var (acts, wish, shopDraw, part, regret, at) = (
                chance.NextDouble(), chance.NextDouble(), chance.NextDouble(), chance.NextDouble(),
                chance.NextDouble(), TimeSpan.FromSeconds(chance.Next(7 * 3600, 13 * 3600)));
            var isCast = person < cast;
            if (isCast ? since >= DaysOfTheCast : since < JoinsAfter(person))
                continue;
            // The cast do more than others, and have something left when the city opens.
            Earn(moves, day, person, acts / mood / (isCast ? 2 : 1), isWeekend, at);
            var mayWish = !isCast || since < DaysOfTheCast - DaysOfSaving;
            if (mayWish && wish / mood < (isWeekend ? 0.34 : 0.22) && _points[person] >= 20)
                Spend(moves, day, person, shopDraw, part, regret, at + TimeSpan.FromHours(4));
        }

        return [.. moves.OrderBy(m => m.TimeOfDay)];
    }

    static int JoinsAfter(int person) => Math.Max(0, (person - People / 4) * DaysOfJoining / People);

    void Earn(List<DemoMove> moves, DateOnly day, int person, double draw, bool isWeekend, TimeSpan at)
    {
        // On a working day people ride and recycle; on some weekends there is a drill or a clean-up.
        var amount = draw switch
        {
            < 0.30 => 5,
            < 0.40 => 10,
            < 0.44 when isWeekend => 30,
            _ => 0,
        };
        var isFirst = person == 0 && day == _first;
        if (isFirst)
            amount = 30;
        if (amount == 0)
            return;
        var id = isFirst ? FirstId : IdOf(day, person, "earn");
        moves.Add(new DemoMove(id, TransferCode.Earn, person, -1, amount, at, null));
        _points[person] += amount;
    }

    void Spend(
        List<DemoMove> moves, DateOnly day, int person, double shopDraw, double part, double regret, TimeSpan at)
    {
        // The square makes the first shops the best visited, as a street has its favourites.
        var shop = (int)(shopDraw * shopDraw * shops);
        var amount = Math.Min(_points[person], 15 + (long)(part * 90));
        var back = amount * 3 / 100;
        var pay = IdOf(day, person, "pay");
        // As the counter names what follows from a payment, so that its receipt finds it.
        var rebate = DerivedId.From("rebate", pay.ToString());
        moves.Add(new DemoMove(pay, TransferCode.Pay, person, shop, amount, at, null));
        if (back > 0)
            moves.Add(new DemoMove(rebate, TransferCode.Rebate, person, shop, back, at, null));
        if (regret > 0.02)
        {
            _points[person] += back - amount;
            return;
        }

        var later = at + TimeSpan.FromMinutes(20);
        moves.Add(new DemoMove(
            DerivedId.From("refund", pay.ToString()), TransferCode.Refund, person, shop, amount, later, pay));
        if (back > 0)
            moves.Add(new DemoMove(
                DerivedId.From("rebate-return", pay.ToString()),
                TransferCode.RebateReturn, person, shop, back, later, rebate));
    }

    static Guid IdOf(DateOnly day, int person, string what) =>
        DerivedId.From("demo-life", day.ToString("O"), $"{person}", what);
}
