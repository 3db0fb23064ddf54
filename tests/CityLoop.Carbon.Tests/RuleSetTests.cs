namespace CityLoop.Carbon.Tests;

public sealed class RuleSetTests
{
    /// <summary>Every grams and deviation was worked out by hand: amount ÷ size × kilograms × 1,000.</summary>
    [Theory]
    // rule set, mode, km, segments, grams, from the factor (30 %), from measuring
    [InlineData("taipei-city", "bus", 10.0, 2, 570.0, 171.0, 28.5)]
    [InlineData("taipei-city", "bus", 0.5, null, 28.5, 8.55, 1.425)]
    [InlineData("taipei-city", "metro", 8.0, null, 472.0, 141.6, 23.6)]
    [InlineData("taipei-city", "public-bike", 2.0, null, 194.0, 58.2, 9.7)]
    [InlineData("easycard-passbook", "bus", 10.0, 2, 590.0, 177.0, 0.0)]
    [InlineData("easycard-passbook", "bus", 10.0, 1, 295.0, 88.5, 0.0)]
    [InlineData("easycard-passbook", "bus", 10.0, null, 590.0, 177.0, 147.5)]
    [InlineData("easycard-passbook", "bus", 8.0, null, 295.0, 88.5, 147.5)]
    [InlineData("easycard-passbook", "metro", 8.0, null, 472.0, 141.6, 23.6)]
    [InlineData("easycard-passbook", "metro", 4.0, null, 236.0, 70.8, 11.8)]
    [InlineData("easycard-passbook", "public-bike", 2.0, null, 170.0, 51.0, 0.0)]
    public void A_trip_saves_what_the_rule_set_says(
        string ruleSet, string mode, double kilometres, int? segments, double grams, double fromFactor,
        double fromMeasuring)
    {
        var saving = TwoRuleSets.Named(ruleSet)
            .SavingOf(new Activity(TravelModes.Find(mode)!.Value, kilometres, segments)).ShouldNotBeNull();

        saving.Value.ShouldBe(grams, 1e-9);
        saving.FactorDeviation.ShouldBe(fromFactor, 1e-9);
        saving.MeasurementDeviation.ShouldBe(fromMeasuring, 1e-9);
    }

    [Fact]
    public void The_same_bike_ride_is_worth_170_or_194_grams_and_neither_is_hidden()
    {
        var ride = new Activity(TravelMode.PublicBike, 2, null);

        TwoRuleSets.TaipeiCity.SavingOf(ride)!.Value.ShouldBe(194, 1e-9);
        TwoRuleSets.EasyCardPassbook.SavingOf(ride)!.Value.ShouldBe(170, 1e-9);
    }

    [Fact]
    public void A_rule_set_that_is_silent_about_a_mode_gives_no_number()
    {
        var metroOnly = new RuleSet("metro-only", "1",
            TwoRuleSets.TaipeiCity.Factors.Where(factor => factor.Mode == TravelMode.Metro));

        metroOnly.SavingOf(new Activity(TravelMode.Bus, 3, null)).ShouldBeNull();
    }

    [Fact]
    public void A_rule_set_cannot_say_two_things_about_one_mode() =>
        Should.Throw<ArgumentException>(() => new RuleSet("two", "1",
            [.. TwoRuleSets.TaipeiCity.Factors, .. TwoRuleSets.EasyCardPassbook.Factors]));

    [Fact]
    public void A_count_of_segments_worked_out_from_the_distance_says_so()
    {
        TwoRuleSets.EasyCardPassbook.SavingOf(new Activity(TravelMode.Bus, 9, null))!.Amount.Estimated.ShouldBeTrue();
        TwoRuleSets.EasyCardPassbook.SavingOf(new Activity(TravelMode.Bus, 9, 2))!.Amount.Estimated.ShouldBeFalse();
    }

    [Fact]
    public void A_published_deviation_comes_before_the_default()
    {
        var factor = new Factor(
            "f", TravelMode.Bus, 0.05, new(FactorBasis.Kilometre, 1), "2025", "label", true, 0.01, "");

        factor.StandardDeviation.ShouldBe(0.01);
        (factor with { PublishedDeviation = null }).StandardDeviation.ShouldBe(0.015, 1e-12);
    }

    [Fact]
    public void The_default_deviation_is_the_spread_of_the_two_programmes_for_one_bus_kilometre()
    {
        double one = 0.057, other = 0.295 / Activity.KilometresPerSegment;
        var deviation = Math.Abs(one - other) / Math.Sqrt(2);

        (deviation / ((one + other) / 2)).ShouldBe(Factor.DefaultRelativeDeviation, 0.005);
    }
}
