namespace CityLoop.Twin.Tests;

public sealed class PopulationTests
{
    [Theory]
    [InlineData(100, 28_213)]
    [InlineData(1_000, 2_821)]
    [InlineData(1, 2_821_322)]
    [InlineData(2_821_322, 1)]
    public void The_whole_city_is_its_total_over_the_scale(int scale, int people) =>
        Population.Of(Taichung.Districts, scale).Count.ShouldBe(people);

    [Fact]
    public void The_real_totals_of_29_districts_stand_behind_it()
    {
        Taichung.People.Districts.Count.ShouldBe(29);
        Taichung.People.CityCount.ShouldBe(2_821_322);
    }

    /// <summary>
    /// By hand: 250 people at 1:100 are 3 (2.5 rounded up); groups of 40, 60, 90, 60 give 0 each, and the three
    /// missing go to the remainders 90, 60 and the first 60.
    /// </summary>
    [Fact]
    public void The_missing_persons_go_to_the_largest_remainders()
    {
        var people = Population.Of([new("a", 40, 60, 24, 120), new("b", 90, 60, 24, 120)], 100);

        people.Count.ShouldBe(3);
        people.CityCount.ShouldBe(250);
    }

    [Fact]
    public void A_city_without_people_cannot_be_made() =>
        Should.Throw<ArgumentException>(() => Population.Of([new("a", 40, 30, 24, 120)], 100));

    [Fact]
    public void A_person_cannot_stand_for_nobody() =>
        Should.Throw<ArgumentException>(() => Population.Of(Taichung.Districts, 0));
}
