using CityLoop.Server.City;

namespace CityLoop.Server.Tests.City;

public sealed class CityClockTests
{
    static readonly CityPack Demo = CityPack.Load(CityCapability.DefaultFolder);

    [Theory]
    [InlineData("2026-11-21T15:59:59Z", "2026-11-21")]
    [InlineData("2026-11-21T16:00:00Z", "2026-11-22")]
    public void The_day_turns_at_midnight_in_the_city(string instant, string day) =>
        new CityClock(TimeProvider.System, Demo).DayOf(DateTimeOffset.Parse(instant)).ShouldBe(DateOnly.Parse(day));

    [Fact]
    public void A_day_begins_where_the_city_is() =>
        new CityClock(TimeProvider.System, Demo).StartOf(new DateOnly(2026, 11, 22))
            .ShouldBe(DateTimeOffset.Parse("2026-11-21T16:00:00Z"));

    [Theory]
    [InlineData("2026-08-31", "2027-02-28")]
    [InlineData("2026-11-21", "2027-05-21")]
    public void Points_of_the_demo_city_last_six_months(string earned, string lastDay) =>
        Demo.MainCurrency.LastDay.For(DateOnly.Parse(earned)).ShouldBe(DateOnly.Parse(lastDay));

    [Theory]
    [InlineData("2026-03-31", "2026-03-31")]
    [InlineData("2026-04-01", "2027-03-31")]
    public void A_fiscal_year_from_April_ends_in_March(string earned, string lastDay) =>
        new LastDayRule.FiscalYearEnd(4, 1).For(DateOnly.Parse(earned)).ShouldBe(DateOnly.Parse(lastDay));
}
