using System.Text;
using CityLoop.Server.Merchants.Payouts;

namespace CityLoop.Server.Tests.Merchants.Payouts;

public sealed class PayoutCsvTests
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
    public void A_name_that_begins_like_a_formula_stays_a_name(string name, string written) =>
        FileOf(SomePayout.Line(60) with { Name = name })
            .ShouldContain($",bakery,{written},9990001,0010001,BAKERY,TCP,60,");

    [Fact]
    public void An_amount_below_zero_stays_a_number() =>
        FileOf(SomePayout.Line(60, carriedIn: -40)).ShouldEndWith(",1,100,0,0,-40\n");

    static string FileOf(CityLoop.Server.Merchants.Settlement.SettlementLine line) =>
        Encoding.UTF8.GetString(PayoutCsv.Write(SomePayout.Of(line)));
}
