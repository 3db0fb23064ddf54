using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants;

public sealed class RefundChargeTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_refund_gives_back_the_points_and_the_city_takes_its_share_back()
    {
        var (till, charge, before) = await ChargeAsync(500);
        using var _ = till;

        var refund = (await till.RefundAsync(charge.Id)).ShouldBeDone();

        (refund.Amount, refund.Body.GetProperty("backReturned").GetInt64()).ShouldBe((500, 15));
        (await BooksAsync()).ShouldBe(before);
        (await till.RefundAsync(charge.Id)).ShouldBeDone().Body.ToString().ShouldBe(refund.Body.ToString());
        (await BooksAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_payment_is_given_back_in_parts_with_their_share_of_the_rebate_and_never_twice()
    {
        var (till, charge, before) = await ChargeAsync(500);
        using var _ = till;
        var (wallet, takings) = before;

        // 3 % of the 300 that stay paid are 9 of the 15.
        var first = (await till.RefundAsync(charge.Id, 200)).ShouldBeDone();
        (first.Amount, Left(first), BackReturned(first)).ShouldBe((200, 300, 6));
        (await BooksAsync()).ShouldBe((wallet - 300 + 9, takings + 300));

        // A retry, a second tab and a second till see the same page: it is one refund.
        var again = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => till.RefundAsync(charge.Id, 200)));
        foreach (var answer in again)
            answer.ShouldBeDone().Body.ToString().ShouldBe(first.Body.ToString());
        (await till.RefundAsync(charge.Id, 150)).ShouldBeRefused(HttpStatusCode.Conflict, "refund_changed", "refunded");
        (await till.RefundAsync(charge.Id, 1, 100)).ShouldBeRefused(
            HttpStatusCode.Conflict, "refund_changed", "refunded");
        (await till.RefundAsync(charge.Id, 301, 200)).ShouldBeRefused(
            HttpStatusCode.Conflict, "refund_more_than_left", "amount");
        (await till.RefundAsync(charge.Id, 0, 200)).ShouldBeRefused(
            HttpStatusCode.BadRequest, "amount_not_positive", "amount");
        (await BooksAsync()).ShouldBe((wallet - 300 + 9, takings + 300));

        (await till.RefundAsync(charge.Id, 1, 200)).ShouldBeDone().Amount.ShouldBe(201);
        (await BooksAsync()).ShouldBe((wallet - 299 + 8, takings + 299));
        var last = (await till.RefundAsync(charge.Id)).ShouldBeDone();
        (last.Amount, Left(last), BackReturned(last)).ShouldBe((500, 0, 15));
        (await BooksAsync()).ShouldBe(before);

        static long Left(Answer answer) => answer.Body.GetProperty("left").GetInt64();
        static long BackReturned(Answer answer) => answer.Body.GetProperty("backReturned").GetInt64();
    }

    [Fact]
    public async Task Two_tills_that_see_the_same_and_refund_a_part_at_once_give_it_back_once()
    {
        var (till, charge, _) = await ChargeAsync(500);
        using var first = till;
        using var second = await city.SignInAsync(Cast.HuangZhiming);
        var (wallet, takings) = await BooksAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => (i % 2 == 0 ? first : second).RefundAsync(charge.Id, 100)));

        foreach (var answer in answers)
            answer.ShouldBeDone().Amount.ShouldBe(100);
        (await BooksAsync()).ShouldBe((wallet + 97, takings - 100));
    }

    [Fact]
    public async Task After_the_citys_period_a_shop_is_told_who_can_still_cancel_the_payment()
    {
        var (till, charge, before) = await ChargeAsync(500);
        using var _ = till;
        city.Clock.Advance(TimeSpan.FromDays(city.Pack.ShopTerms.RefundDays));
        (await till.RefundAsync(charge.Id, 100)).ShouldBeDone();
        city.Clock.Advance(TimeSpan.FromDays(1));
        using var later = await city.SignInAsync(Cast.HuangZhiming);

        (await later.RefundAsync(charge.Id, 100, 100)).ShouldBeRefused(HttpStatusCode.Conflict, "refund_period_over");

        // What was given back in time is told again.
        (await later.RefundAsync(charge.Id, 100)).ShouldBeDone().Amount.ShouldBe(100);
        (await BooksAsync()).ShouldBe((before.Item1 - 400 + 12, before.Item2 + 400));
    }

    [Fact]
    public async Task A_shop_refunds_its_own_payments_only()
    {
        using var visitor = await city.SignInAsync(Cast.EmmaDubois);
        await city.GiveAsync(Cast.EmmaDubois, 50);
        var elsewhere = (await PayAsync(visitor, 50, "green-river")).ShouldBeDone();
        using var till = await city.SignInAsync(Cast.HuangZhiming);

        (await till.RefundAsync(elsewhere.Id)).ShouldBeRefused(HttpStatusCode.NotFound, "charge_unknown", "id");
        (await till.RefundAsync(Guid.NewGuid())).ShouldBeRefused(HttpStatusCode.NotFound, "charge_unknown", "id");
        (await visitor.RefundAsync(elsewhere.Id)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_shop_whose_points_have_been_settled_is_told_what_to_do()
    {
        var (till, charge, _) = await ChargeAsync(400);
        using var _ = till;
        var shop = await city.ShopAsync(Cast.SunflowerBakery);
        var open = await city.BalanceAsync(shop.Account);
        await city.PostAsync(new Transfer(Guid.NewGuid(), shop.Account, shop.Payout, open, TransferCode.Settle));
        var books = await BooksAsync();

        (await till.RefundAsync(charge.Id)).ShouldBeRefused(HttpStatusCode.Conflict, "shop_balance_too_low");

        (await BooksAsync()).ShouldBe(books);
    }

    [Fact]
    public async Task A_rebate_that_is_spent_and_points_that_have_ended_do_not_stand_in_the_way()
    {
        await city.GiveAsync(Cast.EmmaDubois, 100, DateOnly.FromDateTime(city.Clock.GetUtcNow().AddHours(8).DateTime));
        using var visitor = await city.SignInAsync(Cast.EmmaDubois);
        var spent = await city.BalanceOfAsync(Cast.EmmaDubois);
        var paid = (await PayAsync(visitor, spent)).ShouldBeDone();
        (await PayAsync(visitor, paid.Back)).ShouldBeDone();
        city.Clock.Advance(TimeSpan.FromDays(2));
        await TurnDayAsync();
        using var till = await city.SignInAsync(Cast.HuangZhiming);

        var refund = (await till.RefundAsync(paid.Id)).ShouldBeDone();

        // The city takes back what has not ended and no more, and says so, now and when asked again.
        var there = Math.Min(paid.Back, spent - 100);
        there.ShouldBeLessThan(paid.Back);
        (refund.Amount, refund.Body.GetProperty("backReturned").GetInt64()).ShouldBe((spent, there));
        (await till.RefundAsync(paid.Id)).ShouldBeDone().Body.ToString().ShouldBe(refund.Body.ToString());
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBeGreaterThan(0);
    }

    static Task<Answer> PayAsync(HttpClient visitor, long amount, string shop = "sunflower") => visitor.SendAsync(
        "/api/v1/wallet/payments", $$"""{"id":"{{Guid.NewGuid()}}","shop":"{{shop}}","amount":{{amount}}}""");

    Task<PostResult> TurnDayAsync() => city.Get<Server.Ledger.CityLedger>().PostAsync(
        BeginDay.Of(DateOnly.FromDateTime(city.Clock.GetUtcNow().AddHours(8).DateTime)), default);

    async Task<(HttpClient Till, Answer Charge, (long, long) Before)> ChargeAsync(long amount)
    {
        city.NextCode();
        city.NextCode();
        await city.SetRebateBudgetAsync(1_000_000);
        await city.GiveAsync(Cast.LinMeiling, amount);
        var before = await BooksAsync();
        var till = await city.SignInAsync(Cast.HuangZhiming);
        return (till, (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), amount)).ShouldBeDone(), before);
    }

    async Task<(long Wallet, long Takings)> BooksAsync() =>
        (await city.BalanceOfAsync(Cast.LinMeiling), await city.TakingsOfAsync(Cast.SunflowerBakery));
}
