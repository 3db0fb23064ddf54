using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Web;

public sealed class DatesTests
{
    static readonly DateOnly EndOfMarch = new(2026, 3, 31);

    [Theory]
    [InlineData("zh-TW", "3 月 31 日", "2026 年 3 月 31 日", "3 月 31 日 週二", "2026 年 3 月", "3/31")]
    [InlineData("en", "31 March", "31 March 2026", "Tue 31 March", "March 2026", "31 Mar")]
    [InlineData("ja", "3月31日", "2026年3月31日", "3月31日(火)", "2026年3月", "3/31")]
    public void A_day_is_written_as_its_readers_write_it(
        string language, string day, string withYear, string withWeekday, string month, string inTables)
    {
        Dates.Day(EndOfMarch, language).ShouldBe(day);
        Dates.DayAndYear(EndOfMarch, language).ShouldBe(withYear);
        Dates.DayOfWeek(EndOfMarch, language).ShouldBe(withWeekday);
        Dates.Month(EndOfMarch, language).ShouldBe(month);
        Dates.Short(EndOfMarch, language).ShouldBe(inTables);
    }

    [Fact]
    public void The_year_is_written_where_it_is_not_this_one()
    {
        Dates.Day(EndOfMarch, new DateOnly(2026, 1, 1), "en").ShouldBe("31 March");
        Dates.Day(EndOfMarch, new DateOnly(2025, 12, 31), "en").ShouldBe("31 March 2026");
    }

    [Fact]
    public void A_moment_is_a_day_and_a_time_on_a_24_hour_clock() =>
        Dates.Moment(new DateTimeOffset(2026, 3, 31, 21, 5, 0, TimeSpan.FromHours(8)), "zh-TW").ShouldBe(
            "3 月 31 日 21:05");
}
