using FsCheck;
using FsCheck.Fluent;

namespace CityLoop.Missions.Tests;

/// <summary>Laws of every rally: each runs over 300 random lives, and says its seed when it breaks.</summary>
public sealed class EvaluatorProperties
{
    static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(300);

    static readonly Gen<string> AnyText = ArbMap.Default.GeneratorFor<string>();

    /// <summary>Mostly sensible acts, some at the wrong time or place, some garbage.</summary>
    static readonly Gen<Act> AnyAct =
        from spot in Gen.Frequency(
            (8, Gen.Elements(Rally.Spots)), (1, AnyText), (1, Gen.Constant("")))
        from scanned in Gen.Frequency(
            (6, Gen.Constant(spot)), (1, Gen.Constant<string>(null!)), (1, AnyText))
        from answer in Gen.Frequency(
            (6, Gen.Elements<int?>(1, 2, 3)), (1, Gen.Elements<int?>(null, 0, 4, int.MinValue, int.MaxValue)))
        from at in Gen.Frequency(
            (8, Gen.Choose(0, 30 * 24 * 60).Select(m => new DateTime(2026, 12, 1).AddMinutes(m))),
            (1, Gen.Elements(
                DateTime.MinValue, DateTime.MaxValue, new DateTime(2026, 9, 30), new DateTime(2027, 1, 1))))
        select new Act(Rally.Meiling, spot, at) { Spot = scanned, Answer = answer };

    static readonly Gen<Act[]> AnyLife = AnyAct.ArrayOf().Resize(40);

    [Fact]
    public void An_act_told_twice_pays_once() =>
        Check(AnyLife, life =>
        {
            var once = Rally.Live(Rally.Mission, [.. life, Rally.Right(Rally.Spots[0])]);
            var twice = Rally.Live(Rally.Mission, [
                .. life.SelectMany(a => new[] { a, a }), .. life, Rally.Right(Rally.Spots[0])]);
            return twice.Effects.DistinctBy(e => e.Id).Count() == twice.Effects.Count
                && twice.Effects.DistinctBy(e => e.Claim).Count() == twice.Effects.Count
                && once.Effects.DistinctBy(e => e.Claim).Count() == once.Effects.Count;
        });

    [Fact]
    public void The_order_of_stamps_does_not_change_the_sum() =>
        Check(
            from order in Gen.Shuffle(Rally.Spots)
            from count in Gen.Choose(0, 7)
            select (order, count),
            life =>
            {
                var inOrder = Rally.Spots.Where(life.order.Take(count: life.count).Contains);
                return Sum(life.order.Take(life.count)) == Sum(inOrder);
            });

    [Fact]
    public void A_stamp_is_never_lost() =>
        Check(AnyLife, life =>
        {
            var state = PersonState.Empty;
            foreach (var act in life)
            {
                var after = Evaluator.Evaluate(Rally.Mission, state, act).State;
                if (!state.Stamps.All(after.Stamps.Contains) || after.Stamps.Count > 7)
                    return false;
                state = after;
            }

            return true;
        });

    [Fact]
    public void Nobody_earns_more_than_the_document_says() =>
        Check(AnyLife, life =>
        {
            var (_, effects, _) = Rally.Live(Rally.Mission, life);
            return effects.OfType<EarnPoints>().Sum(e => e.Points.Amount) <= 100
                && effects.OfType<GrantTickets>().Sum(e => e.Tickets.Count) <= 2;
        });

    [Fact]
    public void Every_state_survives_being_written_and_read() =>
        Check(AnyLife, life =>
        {
            var (state, _, _) = Rally.Live(Rally.Mission, life);
            var read = PersonState.FromJson(state.ToJson());
            return read.Stamps.SequenceEqual(state.Stamps) && read.Wrong.SequenceEqual(state.Wrong)
                && read.Earned.SequenceEqual(state.Earned) && read.ToJson() == state.ToJson();
        });

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"stamps":null,"wrong":[null],"earned":[null,{"reward":"three-stamps","times":-9}]}""")]
    [InlineData("""
        {"stamps":[null,{"activity":null,"day":"2026-11-21"}],
         "wrong":[{"activity":"old-station","at":"9999-12-31T23:59:59","onThatDay":2147483647}]}
        """)]
    public void Whatever_the_state_an_act_has_an_answer(string json)
    {
        var state = PersonState.FromJson(json);
        Check(AnyAct, act => Evaluator.Evaluate(Rally.Mission, state, act).Explanation.Key is { } key
            && Explanation.Keys.Contains(key));
    }

    static long Sum(IEnumerable<string> spots)
    {
        var (_, effects, _) = Rally.Live(Rally.Mission, [.. spots.Select(s => Rally.Right(s))]);
        return effects.OfType<EarnPoints>().Sum(e => e.Points.Amount)
            + 1_000_000 * effects.OfType<GrantTickets>().Sum(e => e.Tickets.Count);
    }

    static void Check<T>(Gen<T> lives, Func<T, bool> law) => Prop.ForAll(lives.ToArbitrary(), law).Check(Config);
}
