using System.Net;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>Many at once: the ledger decides in one order, so each race has one winner.</summary>
public sealed class CounterRaceTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Two_tills_that_scan_one_code_at_once_charge_it_once()
    {
        await city.GiveAsync(Cast.LinMeiling, 10_000);
        using var first = await city.SignInAsync(Cast.HuangZhiming);
        using var second = await city.SignInAsync(Cast.HuangZhiming);
        for (var round = 0; round < 10; round++)
        {
            city.NextCode();
            var code = await city.CodeOfAsync(Cast.LinMeiling);
            var (wallet, takings) = await BooksAsync();

            var answers = await Task.WhenAll(first.ChargeAsync(code, 100), second.ChargeAsync(code, 100));

            answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
            answers.Single(a => a.Status != HttpStatusCode.OK)
                .ShouldBeRefused(HttpStatusCode.Conflict, "code_already_used", "code");
            (await BooksAsync()).ShouldBe((wallet - 97, takings + 100));
        }
    }

    [Fact]
    public async Task One_charge_sent_fifty_times_at_once_is_one_payment_with_one_answer()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        city.NextCode();
        var (id, code) = (Guid.NewGuid(), await city.CodeOfAsync(Cast.LinMeiling));
        var (wallet, takings) = await BooksAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => till.ChargeAsync(code, 200, id)));

        answers.Select(a => a.ShouldBeDone().Body.ToString()).Distinct().ShouldHaveSingleItem();
        (await BooksAsync()).ShouldBe((wallet - 194, takings + 200));
    }

    [Fact]
    public async Task Two_workers_who_press_refund_at_once_give_it_back_once()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        using var first = await city.SignInAsync(Cast.HuangZhiming);
        using var second = await city.SignInAsync(Cast.HuangZhiming);
        city.NextCode();
        var books = await BooksAsync();
        var charge = (await first.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 300)).ShouldBeDone();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? first : second).RefundAsync(charge.Id)));

        foreach (var answer in answers)
            answer.ShouldBeDone().Amount.ShouldBe(300);
        (await BooksAsync()).ShouldBe(books);
    }

    [Fact]
    public async Task Fifty_charges_at_once_never_spend_more_than_there_is()
    {
        await city.GiveAsync(Cast.EmmaDubois, 100);
        await city.SetRebateBudgetAsync(0);
        using var visitor = await city.SignInAsync(Cast.EmmaDubois);
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var wallet = await city.BalanceOfAsync(Cast.EmmaDubois);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => visitor.SendAsync(
            "/api/v1/wallet/payments", $$"""{"id":"{{Guid.NewGuid()}}","shop":"sunflower","amount":30}""")));

        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe((int)(wallet / 30));
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.OK))
            refused.ShouldBeRefused(HttpStatusCode.Conflict, "you_have_too_few_points", "amount");
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(wallet % 30);
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + wallet / 30 * 30);
        await city.SetRebateBudgetAsync(1_000_000);
    }

    async Task<(long Wallet, long Takings)> BooksAsync() =>
        (await city.BalanceOfAsync(Cast.LinMeiling), await city.TakingsOfAsync(Cast.SunflowerBakery));
}
