using System.Text;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Payouts;

public sealed class ShopStatementsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_shop_s_statement_holds_each_payment_refund_and_rebate_and_comes_to_what_is_paid()
    {
        await PayoutOfAsync(city.EndOfHalfMonth());
        await PayoutOfAsync(city.PassHalfMonth());
        var (sold, given) = (await city.PayAsync("sunflower", 200), await city.PayAsync("sunflower", 50));
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await till.RefundAsync(given)).ShouldBeDone();
        var end = city.PassHalfMonth();
        var later = await city.PayAsync("sunflower", 30);
        (await till.RefundAsync(later)).ShouldBeDone();

        var payout = await PayoutOfAsync(end);
        // A refund after the half-month was closed is the next one's, whenever the statement is made.
        var newer = await city.PayAsync("sunflower", 300);
        (await till.RefundAsync(sold)).ShouldBeDone();
        var statements = await city.Get<PayoutFiles>().StatementsAsync(payout, default);
        var next = await city.Get<PayoutFiles>().StatementsAsync(await PayoutOfAsync(city.PassHalfMonth()), default);

        var rows = RowsOf(statements);
        rows.Select(row => (row[3], row[7], row[8], row[9])).ShouldBe(
        [
            ("payment", "200", "6", "0"), ("payment", "50", "1", "0"), ("refund", "-50", "", ""),
            ("payout", "-200", "", ""),
        ]);
        // 5 % in the price, rounded half up: 9.52, 2.38.
        rows.Select(row => (row[10], row[11])).ShouldBe([("5", "10"), ("5", "2"), ("5", "-2"), ("", "")]);
        rows.Select(row => row[5]).Take(3).ShouldBe([$"{sold}", $"{given}", $"{given}"]);
        rows[^1][4].ShouldBe($"{payout.Parts[0].PaidOn:yyyy-MM-dd}");
        RowsOf(next).Select(row => (row[3], row[5], row[7]))
            .ShouldBe(
            [
                ("payment", $"{later}", "30"), ("refund", $"{later}", "-30"), ("payment", $"{newer}", "300"),
                ("refund", $"{sold}", "-200"), ("payout", RowsOf(next)[4][5], "-100"),
            ]);
    }

    static string[][] RowsOf(IReadOnlyList<PayoutFile> statements) =>
    [
        .. Encoding.UTF8.GetString(statements.Single(file => file.Name == "statement-sunflower.csv").Bytes)
            .Split('\n')[1..^1].Select(row => row.Split(',')),
    ];

    async Task<Payout> PayoutOfAsync(DateOnly until) =>
        (await city.Get<PayoutFiles>().OfAsync(
            (await city.Get<SettleShops>().RunAsync(until, default)).Payout, default))!;

    [Fact]
    public async Task A_half_month_stands_in_one_payout_and_a_late_settlement_joins_several()
    {
        await PayoutOfAsync(city.EndOfHalfMonth());
        await city.PayAsync("sunflower", 20);
        var first = city.PassHalfMonth();
        await city.PayAsync("sunflower", 30);
        var second = city.PassHalfMonth();

        var both = await PayoutOfAsync(second);
        var again = await PayoutOfAsync(first);
        await city.PayAsync("sunflower", 40);
        var next = await PayoutOfAsync(city.PassHalfMonth());

        both.Parts.Select(part => part.Window.LastDay).TakeLast(2).ShouldBe([first, second]);
        PayoutCsv.Write(again).ShouldBe(PayoutCsv.Write(both));
        next.Parts.Count.ShouldBe(1);
        next.Amount.ShouldBe(40);
    }
}
