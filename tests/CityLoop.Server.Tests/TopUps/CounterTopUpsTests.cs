using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.TopUps;

namespace CityLoop.Server.Tests.TopUps;

public sealed class CounterTopUpsTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly PersonId Wang = PersonId.OfCast(Cast.WangYating), Zhang = PersonId.OfCast(Cast.ZhangJianguo);

    CounterTopUps TopUps => city.Get<CounterTopUps>();
    Drawers Drawers => city.Get<Drawers>();

    [Fact]
    public async Task Cash_becomes_as_many_points_once_however_often_the_form_is_sent()
    {
        await OpenAsync(Wang);
        var (id, before) = (Guid.NewGuid(), await city.BalanceOfAsync(Cast.LinMeiling));
        var visit = await VisitAsync(Cast.LinMeiling);
        var drawer = (await Drawers.OpenOfAsync(Wang, default))!;
        var cash = await Drawers.ExpectedAsync(drawer.Id, default);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            TopUps.PayInAsync(Wang, visit, id, 500, default)));

        outcomes.ShouldAllBe(outcome => outcome == TopUpOutcome.Done);
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before + 500);
        (await Drawers.ExpectedAsync(drawer.Id, default)).ShouldBe(cash + 500);
        (await LotsAsync(Cast.LinMeiling)).ShouldContain(lot => lot.LastDay == null && lot.Amount >= 500);
        (await TopUps.PayInAsync(Wang, visit, id, 501, default)).ShouldBe(TopUpOutcome.IdAlreadyUsed);
        (await TopUps.PayInAsync(Wang, await VisitAsync(Cast.EmmaDubois), id, 500, default))
            .ShouldBe(TopUpOutcome.IdAlreadyUsed);
        (await city.LetterAsync(city.ContactOf(Cast.LinMeiling), "儲值完成")).ShouldContain("500");
    }

    [Fact]
    public async Task Nothing_is_paid_in_without_a_drawer_a_visit_or_within_the_city_s_terms()
    {
        var visit = await VisitAsync(Cast.EmmaDubois);
        if (await Drawers.OpenOfAsync(Zhang, default) is null)
            (await TopUps.PayInAsync(Zhang, visit, Guid.NewGuid(), 5, default)).ShouldBe(TopUpOutcome.NoDrawer);
        await OpenAsync(Wang);
        (await TopUps.PayInAsync(Wang, visit, Guid.NewGuid(), 0, default)).ShouldBe(TopUpOutcome.AmountNotValid);
        (await TopUps.PayInAsync(Wang, visit, Guid.NewGuid(), 20_001, default)).ShouldBe(TopUpOutcome.AmountTooLarge);
        (await TopUps.PayInAsync(Wang, Guid.NewGuid(), Guid.NewGuid(), 5, default)).ShouldBe(TopUpOutcome.NothingThere);
        (await TopUps.PayInAsync(Wang, visit, DerivedId.From("forged"), 5, default)).ShouldBe(TopUpOutcome.IdNotValid);
        city.Clock.Advance(CounterSteps.VisitLasts);
        (await TopUps.PayInAsync(Wang, visit, Guid.NewGuid(), 5, default)).ShouldBe(TopUpOutcome.NothingThere);
    }

    [Fact]
    public async Task A_limit_and_a_frozen_account_leave_no_cash_in_the_drawer()
    {
        await OpenAsync(Wang);
        var drawer = (await Drawers.OpenOfAsync(Wang, default))!.Id;
        var cash = await Drawers.ExpectedAsync(drawer, default);
        var perDay = new Limit(72, new CurrencyId(1), TransferCode.TopUp, LimitPer.Receiver, LimitPeriod.Day, 300);
        await PostAsync(new SetLimit(Guid.NewGuid(), perDay));
        (await PayInAsync(Cast.HuangZhiming, 200)).ShouldBe(TopUpOutcome.Done);
        (await PayInAsync(Cast.HuangZhiming, 101)).ShouldBe(TopUpOutcome.LimitIsReached);
        await PostAsync(new SetLimit(Guid.NewGuid(), perDay with { Max = null }));
        var id = Guid.NewGuid();
        await PostAsync(new ChangeAccount(
            Guid.NewGuid(), await city.AccountOfAsync(Cast.HuangZhiming), AccountStatus.Frozen));
        (await PayInAsync(Cast.HuangZhiming, 50, id)).ShouldBe(TopUpOutcome.WalletTakesNothing);
        (await city.Get<TopUpStore>().FindAsync(id, default)).ShouldBeNull();
        await PostAsync(new ChangeAccount(
            Guid.NewGuid(), await city.AccountOfAsync(Cast.HuangZhiming), AccountStatus.Open));
        (await Drawers.ExpectedAsync(drawer, default)).ShouldBe(cash + 200);
    }

    [Fact]
    public async Task What_a_crash_left_behind_its_intent_is_posted_once()
    {
        await OpenAsync(Wang);
        var (drawer, before) = (
            (await Drawers.OpenOfAsync(Wang, default))!.Id, await city.BalanceOfAsync(Cast.EmmaDubois));
        var topUp = new TopUp(
            Guid.NewGuid(), PersonId.OfCast(Cast.EmmaDubois).Value, Wang.Value, drawer, 70, city.Clock.GetUtcNow(),
            null);
        await city.Get<TopUpStore>().WantAsync(topUp, default);
        (await Drawers.CloseAsync(Wang, 0, "", default)).ShouldBe(TopUpOutcome.MovementIsOpen);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TopUps.FinishAsync(TimeSpan.Zero, default)));

        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(before + 70);
        (await city.Get<TopUpStore>().FindAsync(topUp.Id, default))!.PostedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_wrong_top_up_is_taken_back_by_two_officers_once_and_its_cash_leaves_the_drawer()
    {
        await OpenAsync(Wang);
        await OpenAsync(Zhang);
        var drawer = (await Drawers.OpenOfAsync(Wang, default))!.Id;
        var (cash, before) = (
            await Drawers.ExpectedAsync(drawer, default), await city.BalanceOfAsync(Cast.LinMeiling));
        var id = Guid.NewGuid();
        (await PayInAsync(Cast.LinMeiling, 900, id)).ShouldBe(TopUpOutcome.Done);
        (await TopUps.AskBackAsync(Wang, id, " ", default)).ShouldBe(TopUpOutcome.ReasonMissing);
        (await TopUps.AskBackAsync(Wang, id, "多打一個零", default)).ShouldBe(TopUpOutcome.Done);
        (await TopUps.AskBackAsync(Zhang, id, "again", default)).ShouldBe(TopUpOutcome.AskedBefore);
        (await TopUps.DecideAsync(Wang, id, isApproved: true, default)).ShouldBe(TopUpOutcome.NeedsAnotherOfficer);
        (await Drawers.CloseAsync(Wang, 0, "", default)).ShouldBe(TopUpOutcome.MovementIsOpen);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            TopUps.DecideAsync(Zhang, id, isApproved: true, default)));
        await TopUps.FinishAsync(TimeSpan.Zero, default);

        outcomes.Count(outcome => outcome == TopUpOutcome.Done).ShouldBe(1);
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before);
        (await Drawers.ExpectedAsync(drawer, default)).ShouldBe(cash);
        (await TopUps.AskBackAsync(Wang, id, "once more", default)).ShouldBe(TopUpOutcome.AskedBefore);
        await city.LetterAsync(city.ContactOf(Cast.LinMeiling), "一筆儲值收回了");
    }

    [Fact]
    public async Task What_has_been_spent_is_not_taken_back_and_the_correction_stays_open()
    {
        await OpenAsync(Wang);
        var (id, account) = (Guid.NewGuid(), await city.AccountOfAsync(Cast.LiShufen));
        (await PayInAsync(Cast.LiShufen, 300, id)).ShouldBe(TopUpOutcome.Done);
        await city.PostAsync(new Transfer(
            Guid.NewGuid(), account, (await city.ShopAsync(Cast.SunflowerBakery)).Account,
            await city.BalanceAsync(account), TransferCode.Pay));
        await TopUps.AskBackAsync(Wang, id, "wrong person", default);
        (await TopUps.DecideAsync(Zhang, id, isApproved: true, default)).ShouldBe(TopUpOutcome.PersonHasTooLittle);
        (await TopUps.DecideAsync(Wang, id, isApproved: false, default)).ShouldBe(TopUpOutcome.Done);
        (await TopUps.AskBackAsync(Wang, id, "once more", default)).ShouldBe(TopUpOutcome.Done);
        (await TopUps.DecideAsync(Zhang, id, isApproved: false, default)).ShouldBe(TopUpOutcome.Done);
    }

    [Fact]
    public async Task A_drawer_is_counted_once_with_its_difference_and_another_officer_sees_it()
    {
        await OpenAsync(Zhang);
        var drawer = (await Drawers.OpenOfAsync(Zhang, default))!.Id;
        (await Drawers.OpenAsync(Zhang, 1, default)).ShouldBe(TopUpOutcome.DrawerIsOpen);
        var visit = await VisitAsync(Cast.EmmaDubois);
        (await TopUps.PayInAsync(Zhang, visit, Guid.NewGuid(), 250, default)).ShouldBe(TopUpOutcome.Done);
        var expected = await Drawers.ExpectedAsync(drawer, default);

        var more = Enumerable.Range(0, 6).Select(_ => TopUps.PayInAsync(Zhang, visit, Guid.NewGuid(), 10, default));
        var closing = Drawers.CloseAsync(Zhang, expected - 5, "少五元", default);
        var paidIn = (await Task.WhenAll(more)).Count(outcome => outcome == TopUpOutcome.Done);
        if (await closing == TopUpOutcome.MovementIsOpen)
            (await Drawers.CloseAsync(Zhang, expected - 5, "少五元", default)).ShouldBe(TopUpOutcome.Done);

        var closed = (await Drawers.LatestAsync(10, default)).Single(one => one.Id == drawer);
        closed.Expected.ShouldBe(await Drawers.ExpectedAsync(drawer, default));
        closed.Expected.ShouldBe(expected + 10 * paidIn);
        closed.Difference.ShouldBe(-5 - 10 * paidIn);
        (await TopUps.PayInAsync(Zhang, visit, Guid.NewGuid(), 10, default)).ShouldBe(TopUpOutcome.NoDrawer);
        (await Drawers.ConfirmAsync(Zhang, drawer, default)).ShouldBe(TopUpOutcome.NeedsAnotherOfficer);
        (await Drawers.ConfirmAsync(Wang, drawer, default)).ShouldBe(TopUpOutcome.Done);
        (await Drawers.ConfirmAsync(Wang, drawer, default)).ShouldBe(TopUpOutcome.DecidedBefore);
    }

    [Fact]
    public async Task An_officer_takes_cash_counts_it_and_another_one_sees_the_drawer()
    {
        var counter = await Browser.OpenAsync(city);
        await counter.SignInAsync(city, Cast.WangYating, "/counter/drawer");
        if (await counter.Locator("#opening").CountAsync() > 0)
        {
            await counter.FillAsync("#opening", "2000");
            await LookAsync(counter, "drawer-open");
            await counter.ClickAsync("form[action='/counter/drawer/open'] button");
        }

        await counter.GotoAsync("/counter");
        await counter.FillAsync("#who", city.ContactOf(Cast.LinMeiling));
        await counter.SelectOptionAsync("#why", "top_up");
        await counter.ClickAsync("form[action='/counter/find'] button");
        await counter.ClickAsync("a[href$='/top-up']");
        await counter.FillAsync("#amount", "1,000");
        await counter.CheckAsync("input[type='checkbox']");
        await LookAsync(counter, "top-up");
        await counter.ClickAsync("form[action='/counter/top-ups'] button");
        await counter.WaitForSelectorAsync(".receipt");
        await LookAsync(counter, "top-up-receipt");
        await counter.ClickAsync("a[href='/counter/drawer']");
        await LookAsync(counter, "drawer");
        await counter.FillAsync("#counted", "1");
        await counter.FillAsync("#note", "數錯了");
        await counter.ClickAsync("form[action='/counter/drawer/close'] button");
        await counter.WaitForSelectorAsync("text=已結束");

        var second = await Browser.OpenAsync(city);
        await second.SignInAsync(city, Cast.ZhangJianguo, "/counter/drawer");
        await LookAsync(second, "drawer-to-confirm");
        await second.ClickAsync("form[action='/counter/drawer/confirm'] button");
        await second.WaitForSelectorAsync("text=已確認。");

        var person = await Browser.OpenAsync(city);
        await person.SignInAsync(city, Cast.LinMeiling, "/history");
        await person.WaitForSelectorAsync("text=儲值");
    }

    static async Task LookAsync(Microsoft.Playwright.IPage page, string name)
    {
        await page.PictureAsync(name, fullPage: true);
        await page.ShouldBeAccessibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"))
            .ShouldBeLessThanOrEqualTo((int)Screen.Phone);
    }

    async Task OpenAsync(PersonId officer)
    {
        if (await Drawers.OpenOfAsync(officer, default) is null)
            (await Drawers.OpenAsync(officer, 2_000, default)).ShouldBe(TopUpOutcome.Done);
    }

    async Task<Guid> VisitAsync(string castId) => (await city.Get<FindPerson>().FindAsync(
        PersonId.OfCast(Cast.ZhangJianguo), city.ContactOf(castId), "top_up", default)).Visit;

    async Task<TopUpOutcome> PayInAsync(string castId, long amount, Guid? id = null) =>
        await TopUps.PayInAsync(Wang, await VisitAsync(castId), id ?? Guid.NewGuid(), amount, default);

    async Task PostAsync(LedgerCommand command) =>
        (await city.Get<CityLedger>().PostAsync(command, default)).Outcome.ShouldBe(PostOutcome.Posted);

    async Task<IReadOnlyList<Lot>> LotsAsync(string castId)
    {
        var account = await city.AccountOfAsync(castId);
        return await city.Get<CityLedger>().ReadAsync(books => books.Lots(account), default);
    }
}
