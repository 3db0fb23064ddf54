using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Settlement;

public sealed class PayoutFileTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+886", "'+886")]
    [InlineData("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("－1", "'－1")]
    [InlineData("7-Twelve", "7-Twelve")]
    [InlineData("向日葵, \"烘焙\"", "\"向日葵, \"\"烘焙\"\"\"")]
    public void A_name_that_begins_like_a_formula_stays_a_name(string name, string written)
    {
        var file = FileOf(name, carriedIn: 0);

        file.ShouldContain($",shop,{written},999,0001,TCP,60,");
    }

    [Fact]
    public void An_amount_below_zero_stays_a_number() =>
        FileOf("shop", carriedIn: -40).ShouldEndWith(",1,100,0,0,-40\n");

    static string FileOf(string name, long carriedIn)
    {
        var day = new DateOnly(2026, 11, 1);
        var window = new ClosedWindow(Guid.Empty, new CurrencyId(1), day, day.AddDays(14), 1, null);
        var line = new SettlementLine(
            Guid.Empty, Guid.Empty, "shop", name, "999", "0001", new AccountId(1), new AccountId(2),
            new ShopSum(1, 60 - carriedIn, 0, 0), carriedIn, 1, IsPosted: true);
        return Encoding.UTF8.GetString(PayoutFile.Write(window, "TCP", 0, [line]));
    }
}
