using CityLoop.Server.City;

namespace CityLoop.Server.Tests.City;

public sealed class OpeningHoursTests
{
    // 2026-11-23 is a Monday.
    static readonly OpeningHours Hours = OpeningHours.Read(
        ["09:00-18:00", "", "17:00-01:30", "09:00-18:00", "09:00-18:00", "10:00-14:00", "20:00-02:00"]);

    [Theory]
    [InlineData("2026-11-23 08:59", null)]
    [InlineData("2026-11-23 09:00", "18:00")]
    [InlineData("2026-11-23 17:59", "18:00")]
    [InlineData("2026-11-23 18:00", null)]
    [InlineData("2026-11-24 12:00", null)]
    [InlineData("2026-11-25 23:30", "01:30")]
    [InlineData("2026-11-26 01:29", "01:30")]
    [InlineData("2026-11-26 01:30", null)]
    [InlineData("2026-11-25 01:00", null)]
    [InlineData("2026-11-29 23:00", "02:00")]
    [InlineData("2026-11-30 01:59", "02:00")]
    public void A_shop_is_open_from_when_it_opens_until_it_closes_after_midnight_too(string at, string? until) =>
        Hours.OpenUntil(DateTime.Parse(at, System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(until is null ? null : TimeOnly.Parse(until, System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void What_is_read_is_written_the_same_and_what_nobody_said_is_not_known()
    {
        string[] week = ["09:00-18:00", "", "17:00-01:30", "", "", "", ""];
        OpeningHours.Read(week).Written.ShouldBe(week);
        OpeningHours.Unknown.AreKnown.ShouldBeFalse();
        OpeningHours.Unknown.OpenUntil(new DateTime(2026, 11, 23, 12, 0, 0)).ShouldBeNull();
        OpeningHours.Read(["", "", "", "", "", "", ""]).AreKnown.ShouldBeTrue();
    }

    [Theory]
    [InlineData("9-18")]
    [InlineData("09:00-09:00")]
    [InlineData("09:00-24:00")]
    [InlineData("09:00")]
    [InlineData("09:00-12:00-13:00")]
    public void What_is_no_span_is_refused(string day) =>
        Should.Throw<FormatException>(() => OpeningHours.Read([day, "", "", "", "", "", ""]));

    [Fact]
    public void A_week_has_seven_days() =>
        Should.Throw<FormatException>(() => OpeningHours.Read(["09:00-18:00"]));
}
