using CityLoop.Server.City;
using CityLoop.Server.Merchants.Payouts;

namespace CityLoop.Server.Tests.Merchants.Payouts;

/// <summary>What a payout's file can carry is what a shop may give as its account.</summary>
public sealed class AccountCheckTests
{
    [Theory]
    [InlineData("TW", "9990001", "0012345678", "美玲茶館有限公司", "")]
    [InlineData("TW", "999", "0012345678", "美玲", "Code")]
    [InlineData("TW", "9990001", "12345678901234567", "美玲", "Number")]
    [InlineData("TW", "9990001", "1", "美\u0001玲", "Holder")]
    [InlineData("TW", "99９0001", "", "", "Code Number Holder")]
    [InlineData("JP", "0001001", "1234567", "アマガサキ（カ", "")]
    [InlineData("JP", "0001001", "12345678", "アマガサキ", "Number")]
    [InlineData("JP", "0001001", "1234567", "尼崎茶舗", "Holder")]
    // Voiced marks stand by themselves: sixteen of them are thirty-two letters.
    [InlineData("JP", "0001001", "1234567", "ガガガガガガガガガガガガガガガガ", "Holder")]
    public void A_bank_account_is_what_the_city_s_payout_can_carry(
        string country, string code, string number, string holder, string faults) =>
        AccountCheck.Faults(country, new BankAccount(code, number, holder))
            .ShouldBe(faults.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
