using CityLoop.Ledger;
using CityLoop.Server.Operations.Import;

namespace CityLoop.Server.Tests.Operations.Import;

public sealed class PointAmountTests
{
    [Theory]
    [InlineData("1", 100_000)]
    [InlineData("0.00001", 1)]
    [InlineData("12.5", 1_250_000)]
    [InlineData("15000", 1_500_000_000)]
    [InlineData("007.10", 710_000)]
    [InlineData("1.2345600000", 123_456)]
    [InlineData("92233720368.54775", 9_223_372_036_854_775)]
    public void An_amount_is_read_to_its_last_decimal(string text, long units)
    {
        PointAmount.Read(text, 5, out var read).ShouldBe(RowOutcome.Posted);
        read.ShouldBe(units);
        read.ShouldBeLessThanOrEqualTo(Transfer.MaxAmount);
    }

    [Theory]
    [InlineData("", "amount_is_not_a_number")]
    [InlineData(".", "amount_is_not_a_number")]
    [InlineData("5.", "amount_is_not_a_number")]
    [InlineData(".5", "amount_is_not_a_number")]
    [InlineData("-", "amount_is_not_a_number")]
    [InlineData("+5", "amount_is_not_a_number")]
    [InlineData(" 5", "amount_is_not_a_number")]
    [InlineData("1e3", "amount_is_not_a_number")]
    [InlineData("1.2.3", "amount_is_not_a_number")]
    [InlineData("1,000", "amount_is_not_a_number")]
    [InlineData("--1", "amount_is_not_a_number")]
    [InlineData("NaN", "amount_is_not_a_number")]
    [InlineData("Infinity", "amount_is_not_a_number")]
    [InlineData("0x10", "amount_is_not_a_number")]
    [InlineData("１２", "amount_is_not_a_number")]
    [InlineData("5'; DROP TABLE ledger.journal; --", "amount_is_not_a_number")]
    [InlineData("0", "amount_is_not_positive")]
    [InlineData("0.00000", "amount_is_not_positive")]
    [InlineData("-0", "amount_is_not_positive")]
    [InlineData("-1.5", "amount_is_not_positive")]
    [InlineData("-99999999999999999999999999", "amount_is_not_positive")]
    [InlineData("0.000001", "amount_has_too_many_decimals")]
    [InlineData("1.234567", "amount_has_too_many_decimals")]
    [InlineData("92233720368.54776", "amount_is_too_large")]
    [InlineData("9223372036854775807", "amount_is_too_large")]
    [InlineData("100000000000000000000", "amount_is_too_large")]
    public void An_amount_that_the_ledger_cannot_take_is_refused_by_name(string text, string reason)
    {
        var outcome = PointAmount.Read(text, 5, out var units);

        outcome.Code().ShouldBe(reason);
        units.ShouldBe(0);
    }

    [Fact]
    public void A_number_of_a_million_digits_is_refused_like_any_other() =>
        PointAmount.Read(new string('9', 1_000_000), 5, out _).ShouldBe(RowOutcome.AmountIsTooLarge);

    [Fact]
    public void Every_outcome_has_a_name_and_a_sentence()
    {
        foreach (var outcome in Enum.GetValues<RowOutcome>())
        {
            outcome.Code().ShouldMatch("^[a-z]+(_[a-z]+)*$");
            outcome.Sentence().ShouldEndWith(".");
        }
    }
}
