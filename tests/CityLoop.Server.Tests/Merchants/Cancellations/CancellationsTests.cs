using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Cancellations;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Merchants.Cancellations;

/// <summary>A payment that its shop does not give back is cancelled by two officers who have no part in it.</summary>
public sealed class CancellationsTests : IAsyncLifetime
{
    static readonly PersonId First = PersonId.OfCast(Cast.WangYating), Second = PersonId.OfCast(Cast.ZhangJianguo);

    readonly TestCity _city = new();

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task Two_officers_cancel_a_payment_and_everybody_concerned_is_told()
    {
        var (payment, before) = await PayAsync(200);
        _city.Clock.Advance(TimeSpan.FromDays(_city.Pack.ShopTerms.RefundDays + 1));
        using var first = await _city.SignInAsync(Cast.WangYating);
        using var second = await _city.SignInAsync(Cast.ZhangJianguo);

        (await AskAsync(first, payment, "period_over")).ShouldContain("等另一位人員同意");
        (await AskAsync(second, payment, "order")).ShouldContain("已經有人提出");
        (await DecideAsync(second, "approve")).ShouldContain("已取消，點數退回了");

        (await _city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before);
        (await _city.LetterAsync(_city.ContactOf(Cast.LinMeiling), "一筆付款取消")).ShouldContain($"{payment.Sequence}");
        (await _city.LetterAsync(_city.ContactOf(Cast.HuangZhiming), "取消了")).ShouldContain($"{payment.Sequence}");
        using var person = await _city.SignInAsync(Cast.LinMeiling);
        (await person.GetStringAsync("/me/data/access")).ShouldContain("店家退款期限已過");
        using var shop = await _city.SignInAsync(Cast.HuangZhiming);
        (await shop.GetStringAsync($"/till/receipts/{payment.Id}")).ShouldContain("市府人員取消");
        (await AskAsync(first, payment, "order", isLeft: false)).ShouldContain("已經全部退回");
    }

    [Fact]
    public async Task Who_asks_does_not_approve_and_who_has_a_part_in_it_does_neither()
    {
        var (payment, _) = await PayAsync(200);
        var cancellations = _city.Get<Server.Merchants.Cancellations.Cancellations>();
        (await AskAsync(First, "period_over")).ShouldBe(CancellationOutcome.PeriodNotOver);
        (await AskAsync(First, "because")).ShouldBe(CancellationOutcome.ReasonNotValid);
        (await AskAsync(First, "order", "")).ShouldBe(CancellationOutcome.NoteNotValid);
        (await AskAsync(PersonId.OfCast(Cast.LinMeiling), "order")).ShouldBe(CancellationOutcome.NotYours);
        (await AskAsync(PersonId.OfCast(Cast.HuangZhiming), "order")).ShouldBe(CancellationOutcome.NotYours);
        (await AskAsync(First, "shop_unreachable")).ShouldBe(CancellationOutcome.Waits);
        var line = (await cancellations.ListAsync(default)).Single();

        (await DecideAsync(First)).ShouldBe(CancellationOutcome.NeedsAnotherOfficer);
        (await DecideAsync(PersonId.OfCast(Cast.HuangZhiming))).ShouldBe(CancellationOutcome.NotYours);
        (await _city.Get<Payments>().FindAsync(payment.Id, default))!.Refunded.ShouldBe(0);

        (await cancellations.DecideAsync(First, line.Id, false, default)).ShouldBe(CancellationOutcome.Refused);
        (await DecideAsync(Second)).ShouldBe(CancellationOutcome.DecidedBefore);
        (await _city.Get<Payments>().FindAsync(payment.Id, default))!.Refunded.ShouldBe(0);

        Task<CancellationOutcome> AskAsync(PersonId who, string reason, string note = "櫃台") =>
            cancellations.AskAsync(who, payment.Id, reason, note, default);
        Task<CancellationOutcome> DecideAsync(PersonId who) =>
            cancellations.DecideAsync(who, line.Id, true, default);
    }

    [Fact]
    public async Task A_shop_without_points_lets_it_wait_and_a_crash_after_the_books_changes_nothing()
    {
        var (payment, before) = await PayAsync(200);
        var cancellations = _city.Get<Server.Merchants.Cancellations.Cancellations>();
        await cancellations.AskAsync(First, payment.Id, "shop_closed", "歇業", default);
        var line = (await cancellations.ListAsync(default)).Single();
        var shop = await _city.ShopAsync(Cast.SunflowerBakery);
        var open = await _city.BalanceAsync(shop.Account);
        await _city.PostAsync(new Transfer(Guid.NewGuid(), shop.Account, shop.Payout, open, TransferCode.Settle));

        (await ApproveAsync()).ShouldBe(CancellationOutcome.ShopHasTooFewPoints);
        await _city.PostAsync(
            new Transfer(Guid.NewGuid(), shop.Payout, shop.Account, open, TransferCode.SettleReturn));
        (await ApproveAsync()).ShouldBe(CancellationOutcome.Cancelled);

        // As a crash leaves it: the books have it, the table does not; then even a refusal finds that it is done.
        await using (var connection = await _city.Database.OpenConnectionAsync())
            await connection.ExecuteAsync(
                "update merchants.cancellation set decided_by = null, decided_at = null, is_approved = null");
        (await cancellations.DecideAsync(Second, line.Id, false, default)).ShouldBe(CancellationOutcome.Cancelled);
        (await _city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before);
        (await cancellations.ListAsync(default)).Single().IsApproved.ShouldBe(true);

        Task<CancellationOutcome> ApproveAsync() => cancellations.DecideAsync(Second, line.Id, true, default);
    }

    [Fact]
    public async Task What_the_shop_gave_back_in_the_meantime_is_not_given_back_again()
    {
        var (payment, before) = await PayAsync(200);
        var cancellations = _city.Get<Server.Merchants.Cancellations.Cancellations>();
        await cancellations.AskAsync(First, payment.Id, "shop_unreachable", "電話沒人接", default);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        (await till.RefundAsync(payment.Id)).ShouldBeDone();

        var line = (await cancellations.ListAsync(default)).Single();
        (await cancellations.DecideAsync(Second, line.Id, true, default)).ShouldBe(CancellationOutcome.NothingLeft);

        (await _city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before);
        (await cancellations.ListAsync(default)).Single().IsApproved.ShouldBe(false);
    }

    [Fact]
    public async Task The_page_fits_a_phone_and_a_desk_and_keeps_nobody_out()
    {
        var (payment, _) = await PayAsync(200);
        using var officer = await _city.SignInAsync(Cast.ZhangJianguo);
        await AskAsync(officer, payment, "shop_closed");
        var (other, _) = await PayAsync(45);
        foreach (var screen in new[] { Screen.Phone, Screen.Desk })
        {
            var page = await Browser.OpenAsync(_city, screen);
            await page.SignInAsync(_city, Cast.WangYating, $"{CancelPayment.Desk}?number={other.Sequence}");
            await page.PictureAsync($"cancellations-{(int)screen}", fullPage: true);
            await page.ShouldBeAccessibleAsync();
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"))
                .ShouldBeLessThanOrEqualTo((int)screen);
        }
    }

    async Task<(Payment Payment, long Before)> PayAsync(long amount)
    {
        _city.NextCode();
        await _city.SetRebateBudgetAsync(1_000_000);
        await _city.GiveAsync(Cast.LinMeiling, 1_000);
        var before = await _city.BalanceOfAsync(Cast.LinMeiling);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        var charge = (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), amount)).ShouldBeDone();
        return ((await _city.Get<Payments>().FindAsync(charge.Id, default))!, before);
    }

    static async Task<string> AskAsync(HttpClient officer, Payment payment, string reason, bool isLeft = true)
    {
        var page = $"{CancelPayment.Desk}?number={payment.Sequence}";
        if (!isLeft)
            return await officer.GetStringAsync(page);
        using var asked = await officer.SubmitAsync(page, "/ask", ("reason", reason), ("note", "客人拿收據來櫃台"));
        asked.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await asked.Content.ReadAsStringAsync();
    }

    static async Task<string> DecideAsync(HttpClient officer, string decision)
    {
        using var decided = await officer.SubmitAsync(CancelPayment.Desk, "/decision", ("decision", decision));
        return await decided.Content.ReadAsStringAsync();
    }
}
