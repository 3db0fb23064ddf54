using CityLoop.Server.City;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Tests.City;

/// <summary>Pay days as Tenri's coin has them, and never on a day on which banks are closed.</summary>
public sealed class CityPayoutsTests
{
    [Theory]
    [InlineData("demo/bank-holidays.csv", "2026-11-15", "2026-11-30")] // a Monday
    [InlineData("demo/bank-holidays.csv", "2026-11-30", "2026-12-15")]
    [InlineData("demo/bank-holidays.csv", "2026-10-15", "2026-11-02")] // the 31st is a Saturday
    [InlineData("demo/bank-holidays.csv", "2026-01-31", "2026-02-23")] // a Sunday before nine days of New Year
    [InlineData("demo/bank-holidays.csv", "2026-02-15", "2026-03-02")] // February's last day is a Saturday
    [InlineData("demo/bank-holidays.csv", "2026-12-31", "2027-01-15")] // into the next year
    [InlineData("calendars/jp.csv", "2026-12-15", "2027-01-04")] // year's end: banks open on the 4th
    [InlineData("calendars/jp.csv", "2026-01-31", "2026-02-16")]
    public void A_half_month_is_paid_on_its_day_or_the_next_on_which_banks_work(
        string calendar, string lastDay, string paidOn)
    {
        var lines = File.ReadLines(Path.Combine(CityCapability.DefaultFolder, "..", calendar)).Skip(1);
        var terms = Merchants.Payouts.SomePayout.Terms with
        {
            Calendar = new BankCalendar(lines.Select(line => DateOnly.Parse(line[..10]))),
        };

        var end = DateOnly.Parse(lastDay);
        terms.PaidOn(end, end.AddDays(1)).ShouldBe(DateOnly.Parse(paidOn));
    }

    [Fact]
    public void A_half_month_that_is_closed_late_is_paid_on_the_next_day_on_which_banks_work() =>
        Merchants.Payouts.SomePayout.Terms.PaidOn(new(2026, 11, 15), closedOn: new(2026, 12, 5))
            .ShouldBe(new DateOnly(2026, 12, 7));
}
