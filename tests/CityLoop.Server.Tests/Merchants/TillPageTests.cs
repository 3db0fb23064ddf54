using System.Net;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>The till in a browser without scripts: the same use case, by forms.</summary>
public sealed class TillPageTests(TestCity city) : IClassFixture<TestCity>
{
    const string Form = "name=\"Code\"";

    [Fact]
    public async Task A_shop_charges_and_refunds_without_scripts()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        city.NextCode();
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);

        using var charged = await till.SubmitAsync(
            "/till", Form, ("Amount", "1,000"), ("Code", await city.CodeOfAsync(Cast.LinMeiling)));

        var sale = charged.RequestMessage!.RequestUri!;
        sale.PathAndQuery.ShouldMatch("^/till/receipts/[0-9a-f-]+\\?done=1$");
        (await charged.Content.ReadAsStringAsync()).ShouldContain("收款完成");
        (await till.GetStringAsync("/till")).ShouldContain("今日 1,000 點");
        using var refunded = await till.SubmitAsync(sale.AbsolutePath, "id=\"refund-now\"");
        (await refunded.Content.ReadAsStringAsync()).ShouldContain("已退款");
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings);
        (await till.GetStringAsync("/till")).ShouldContain("今日 0 點");
    }

    [Theory]
    [InlineData("sixty", "請用數字輸入金額")]
    [InlineData("-5", "請用數字輸入金額")]
    [InlineData("", "請用數字輸入金額")]
    [InlineData("999999", "一次最多 200,000 點")]
    [InlineData("50", "付款碼是 16 位數字")]
    public async Task What_is_wrong_stands_on_the_page_beside_what_was_typed(string amount, string says)
    {
        using var till = await city.SignInAsync(Cast.HuangZhiming);

        using var refused = await till.SubmitAsync("/till", Form, ("Amount", amount), ("Code", "1234"));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = await refused.Content.ReadAsStringAsync();
        page.ShouldContain(says);
        page.ShouldContain($"value=\"{amount}\"");
    }

    [Fact]
    public async Task A_printed_code_of_no_shop_leads_to_a_page_that_says_so()
    {
        using var person = await city.SignInAsync(Cast.LinMeiling);

        (await person.GetAsync("/pay/no-such-shop")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await person.GetStringAsync("/pay/sunflower?amount=99999999")).ShouldContain("一次最多 200,000 點");
        (await person.GetStringAsync("/pay/sunflower?amount=150000")).ShouldContain("你的點數不夠");
    }
}
