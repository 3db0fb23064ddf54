using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Web;

public sealed class AmountsTests
{
    [Theory]
    [InlineData(0, 0, "0", "0")]
    [InlineData(999, 0, "999", "999")]
    [InlineData(1240, 0, "1,240", "1,240")]
    [InlineData(-1240, 0, "−1,240", "−1,240")]
    [InlineData(18204331, 0, "18,204,331", "18,204,331")]
    [InlineData(1250000, 5, "12.5", "12.50000")]
    [InlineData(5, 5, "0.00005", "0.00005")]
    [InlineData(100000, 5, "1", "1.00000")]
    [InlineData(123456789, 2, "1,234,567.89", "1,234,567.89")]
    [InlineData(long.MinValue, 0, "−9,223,372,036,854,775,808", "−9,223,372,036,854,775,808")]
    public void Amounts_are_written_in_groups_of_three(long units, int scale, string formatted, string exact)
    {
        Amounts.Format(units, scale).ShouldBe(formatted);
        Amounts.Exact(units, scale).ShouldBe(exact);
    }

    [Theory]
    [InlineData(100, "+100")]
    [InlineData(-60, "−60")]
    [InlineData(0, "0")]
    public void What_comes_and_goes_carries_its_sign(long units, string written) =>
        Amounts.Signed(units).ShouldBe(written);

    [Theory]
    [InlineData("160", 0, 160L)]
    [InlineData(" 1,240 ", 0, 1240L)]
    [InlineData("１６０", 0, 160L)]
    [InlineData("12.5", 2, 1250L)]
    [InlineData("0.00005", 5, 5L)]
    [InlineData("0", 0, null)]
    [InlineData("-5", 0, null)]
    [InlineData("12.5", 0, null)]
    [InlineData("12.", 2, null)]
    [InlineData("1e3", 0, null)]
    [InlineData("", 0, null)]
    [InlineData(null, 0, null)]
    [InlineData("9223372036854775808", 0, null)]
    [InlineData("99999999999999999999999999999999", 0, null)]
    public void A_typed_amount_is_read_or_refused_as_a_whole(string? typed, int scale, long? units)
    {
        Amounts.TryRead(typed, scale, out var read).ShouldBe(units is not null);
        if (units is not null)
            read.ShouldBe(units.Value);
    }
}
