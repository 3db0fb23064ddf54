using CityLoop.Server.Merchants.Statements;

namespace CityLoop.Server.Tests.Merchants.Statements;

public sealed class ShopTaxTests
{
    [Theory]
    [InlineData(105, 5, "TW", 5)]
    [InlineData(10, 5, "TW", 0)] // 0.476
    [InlineData(11, 5, "TW", 1)] // 0.524
    [InlineData(-11, 5, "TW", -1)]
    [InlineData(110, 10, "JP", 10)]
    [InlineData(120, 10, "JP", 10)] // 10.9
    [InlineData(-120, 10, "JP", -10)]
    [InlineData(108, 8, "JP", 8)]
    [InlineData(500, 0, "TW", 0)]
    [InlineData(long.MaxValue, 5, "TW", 439_208_192_231_179_800)]
    public void The_tax_in_a_price_is_rounded_as_the_country_does(
        long amount, int percent, string country, long tax) =>
        ShopTax.In(amount, percent, country).ShouldBe(tax);

    [Theory]
    [InlineData("JP", "T1234567890123", true)]
    [InlineData("JP", "1234567890123", false)]
    [InlineData("JP", "T123456789012", false)]
    [InlineData("JP", "T123456789012x", false)]
    [InlineData("TW", "10458575", true)]
    [InlineData("TW", "10458576", false)]
    public void A_seller_s_number_is_one_of_its_country(string country, string number, bool isOne) =>
        ShopTax.IsNumber(country, number).ShouldBe(isOne);
}
