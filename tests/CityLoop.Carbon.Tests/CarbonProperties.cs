using FsCheck;
using FsCheck.Fluent;

namespace CityLoop.Carbon.Tests;

/// <summary>The laws of carbon: what holds for every trip.</summary>
public sealed class CarbonProperties
{
    static readonly Arbitrary<double> Kilometres =
        Gen.Choose(1, 40_000).Select(hundredths => hundredths / 100.0).ToArbitrary();

    static readonly Arbitrary<Activity> Trips = (
        from mode in Gen.Elements(TravelMode.Bus, TravelMode.Metro, TravelMode.PublicBike)
        from kilometres in Kilometres.Generator
        from segments in Gen.Elements<int?>(null, 1, 2, 3)
        select new Activity(mode, kilometres, segments)).ToArbitrary();

    [Fact]
    public void Twice_the_way_saves_twice_under_a_rule_per_kilometre() => Prop.ForAll(Kilometres, kilometres =>
    {
        foreach (var mode in TravelModes.All)
        {
            var once = TwoRuleSets.TaipeiCity.SavingOf(new Activity(mode, kilometres, null))!.Grams;
            var twice = TwoRuleSets.TaipeiCity.SavingOf(new Activity(mode, 2 * kilometres, null))!.Grams;
            twice.Value.ShouldBe(2 * once.Value, 1e-6);
            twice.StandardDeviation.ShouldBe(2 * once.StandardDeviation, 1e-6);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_ride_is_a_ride_whatever_the_distance() => Prop.ForAll(Kilometres, kilometres =>
    {
        var ride = TwoRuleSets.EasyCardPassbook.SavingOf(new Activity(TravelMode.PublicBike, kilometres, null))!.Grams;
        ride.Value.ShouldBe(170, 1e-9);
        ride.StandardDeviation.ShouldBe(51, 1e-9);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Independent_variances_add_in_any_order() => Prop.ForAll(Trips, Trips, (one, other) =>
    {
        var a = TwoRuleSets.TaipeiCity.SavingOf(one)!.Grams;
        var b = TwoRuleSets.EasyCardPassbook.SavingOf(other)!.Grams;
        Variance(a + b).ShouldBe(Variance(a) + Variance(b), 1e-6 * (1 + Variance(a) + Variance(b)));
        (a + b).ShouldBe(b + a);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_sum_is_at_least_as_unsure_as_independent_errors_and_at_most_as_unsure_as_shared_ones() =>
        Prop.ForAll(Trips.Generator.NonEmptyListOf().ToArbitrary(), trips =>
        {
            var savings = trips.Select(trip => TwoRuleSets.TaipeiCity.SavingOf(trip)!).ToList();
            var sum = SavingsPart.Sum(savings.Select(saving => saving.Part));
            var independent = savings.Aggregate(AvoidedGrams.Zero, (all, saving) => all + saving.Grams);
            var slack = 1e-9 * (1 + sum.Value);

            sum.Value.ShouldBe(independent.Value, slack);
            sum.StandardDeviation.ShouldBeGreaterThanOrEqualTo(independent.StandardDeviation - slack);
            sum.StandardDeviation.ShouldBeLessThanOrEqualTo(savings.Sum(s => s.Grams.StandardDeviation) + slack);
        }).QuickCheckThrowOnFailure();

    static double Variance(AvoidedGrams grams) => grams.StandardDeviation * grams.StandardDeviation;
}
