namespace CityLoop.Carbon.Tests;

public sealed class SavingsPartTests
{
    [Fact]
    public void Independent_figures_add_their_variances()
    {
        var sum = new AvoidedGrams(100, 3) + new AvoidedGrams(50, 4);

        sum.Value.ShouldBe(150);
        sum.StandardDeviation.ShouldBe(5, 1e-12);
    }

    /// <summary>By hand: 0.057 kg × 30 % × (10 + 6) km = 273.6 g shared; measuring 28.5 and 17.1 g.</summary>
    [Fact]
    public void Two_bus_trips_share_the_error_of_their_factor()
    {
        var sum = SavingsPart.Sum([Part(TravelMode.Bus, 10), Part(TravelMode.Bus, 6)]);

        sum.Value.ShouldBe(912, 1e-9);
        sum.StandardDeviation.ShouldBe(Math.Sqrt((273.6 * 273.6) + (28.5 * 28.5) + (17.1 * 17.1)), 1e-9);
    }

    /// <summary>By hand: bus 10 km 570 g (171; 28.5), bike 2 km 194 g (58.2; 9.7): four independent errors.</summary>
    [Fact]
    public void A_bus_trip_and_a_bike_ride_share_nothing()
    {
        var sum = SavingsPart.Sum([Part(TravelMode.Bus, 10), Part(TravelMode.PublicBike, 2)]);

        sum.Value.ShouldBe(764, 1e-9);
        sum.StandardDeviation.ShouldBe(
            Math.Sqrt((171 * 171) + (28.5 * 28.5) + (58.2 * 58.2) + (9.7 * 9.7)), 1e-9);
    }

    [Fact]
    public void A_thousand_trips_are_no_surer_than_the_factor_behind_them()
    {
        var sum = SavingsPart.Sum(Enumerable.Repeat(Part(TravelMode.Metro, 5), 1_000));

        (sum.StandardDeviation / sum.Value).ShouldBeInRange(0.30, 0.301);
    }

    [Fact]
    public void No_trip_saves_nothing() => SavingsPart.Sum([]).ShouldBe(AvoidedGrams.Zero);

    static SavingsPart Part(TravelMode mode, double kilometres) =>
        TwoRuleSets.TaipeiCity.SavingOf(new Activity(mode, kilometres, null))!.Part;
}
