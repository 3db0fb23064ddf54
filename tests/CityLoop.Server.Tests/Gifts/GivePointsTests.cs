using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Gifts;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;

namespace CityLoop.Server.Tests.Gifts;

public sealed class GivePointsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Points_given_by_a_code_are_there_at_once_and_keep_their_last_days_soonest_first()
    {
        var today = city.Get<CityClock>().Today;
        var (giver, receiver) = (
            await city.AccountOfAsync(Cast.LinMeiling), await city.AccountOfAsync(Cast.ZhangJianguo));
        await EmptyAsync(giver);
        await EmptyAsync(receiver);
        await city.GiveAsync(Cast.LinMeiling, 30, today.AddDays(3));
        await city.GiveAsync(Cast.LinMeiling, 100, today.AddDays(90));

        (await city.GiveByCodeAsync(Cast.LinMeiling, Cast.ZhangJianguo, 50)).ShouldBe(GiftOutcome.Given);

        (await LotsAsync(giver)).ShouldBe([(today.AddDays(90), 80)]);
        (await LotsAsync(receiver)).ShouldBe([(today.AddDays(3), 30), (today.AddDays(90), 20)]);
        (await city.LetterAsync(city.ContactOf(Cast.ZhangJianguo), "有人轉贈點數給你")).ShouldContain("林○玲");
    }

    [Fact]
    public async Task The_same_form_gives_once_however_often_and_however_fast_it_is_sent()
    {
        await city.GiveAsync(Cast.EmmaDubois, 1_000);
        var (id, before) = (Guid.NewGuid(), await city.BalanceOfAsync(Cast.HuangZhiming));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            city.GiveByCodeAsync(Cast.EmmaDubois, Cast.HuangZhiming, 40, id)));

        outcomes.ShouldAllBe(outcome => outcome == GiftOutcome.Given);
        (await city.BalanceOfAsync(Cast.HuangZhiming)).ShouldBe(before + 40);
        (await city.GiveByCodeAsync(Cast.EmmaDubois, Cast.HuangZhiming, 41, id)).ShouldBe(GiftOutcome.IdAlreadyUsed);
        (await city.GiveByCodeAsync(Cast.EmmaDubois, Cast.LinMeiling, 40, id)).ShouldBe(GiftOutcome.IdAlreadyUsed);
    }

    [Fact]
    public async Task What_the_books_refuse_leaves_no_trace_and_may_be_tried_again()
    {
        var id = Guid.NewGuid();
        var has = await city.BalanceOfAsync(Cast.WangYating);
        (await city.GiveByCodeAsync(Cast.WangYating, Cast.EmmaDubois, has + 5, id)).ShouldBe(GiftOutcome.TooFewPoints);
        (await city.Get<GiftStore>().FindAsync(id, default)).ShouldBeNull();

        await city.GiveAsync(Cast.WangYating, 5);
        (await city.GiveByCodeAsync(Cast.WangYating, Cast.EmmaDubois, has + 5, id)).ShouldBe(GiftOutcome.Given);
    }

    [Fact]
    public async Task A_gift_that_a_crash_left_behind_its_intent_is_finished_once()
    {
        await city.GiveAsync(Cast.HuangZhiming, 100);
        var (store, before) = (city.Get<GiftStore>(), await city.BalanceOfAsync(Cast.LiShufen));
        var code = (await city.Get<GiftCodes>().ShowAsync(PersonId.OfCast(Cast.LiShufen), default)).Code;
        var (_, gift) = await city.Get<GivePoints>().LookAsync(
            PersonId.OfCast(Cast.HuangZhiming), AssuranceLevel.ContactVerified,
            new GiftOrder(Guid.NewGuid(), code, null, 60, ""), default);
        await store.WantAsync(gift!, default);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => city.LookAfterGiftsAsync()));

        (await city.BalanceOfAsync(Cast.LiShufen)).ShouldBe(before + 60);
        (await store.FindAsync(gift!.Id, default))!.ClosedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_child_gives_nothing_and_neither_does_who_acts_for_it_but_it_may_be_given_points()
    {
        await city.GiveAsync(Cast.LinXiaoAn, 100);
        await city.GiveAsync(Cast.LinMeiling, 100);
        (await city.GiveByCodeAsync(Cast.LinXiaoAn, Cast.LinMeiling, 10))
            .ShouldBe(GiftOutcome.ChildrenKeepTheirs);
        (await city.GiveByCodeAsync(Cast.LinMeiling, Cast.LinXiaoAn, 10)).ShouldBe(GiftOutcome.Given);

        using var guardian = await city.SignInAsync(Cast.LinMeiling);
        (await guardian.SubmitAsync(
            "/me/family", "/me/family/act", ("child", PersonId.OfCast(Cast.LinXiaoAn).ToString()))).Dispose();
        (await guardian.GetStringAsync("/gifts")).ShouldNotContain("href=\"/gift\"");
        (await guardian.GetAsync("/gift")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await guardian.GetAsync("/gifts/code")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(0, "好", 10, GiftOutcome.NeedsContact)]
    [InlineData(1, "看 https://example.org", 10, GiftOutcome.MessageNotValid)]
    [InlineData(1, "看 WWW.example.org", 10, GiftOutcome.MessageNotValid)]
    [InlineData(1, "好", 0, GiftOutcome.AmountNotPositive)]
    [InlineData(1, "好", 100_001, GiftOutcome.AmountTooLarge)]
    public async Task What_cannot_be_given_is_told_before_anybody_confirms(
        int level, string message, long amount, object outcome)
    {
        var contact = Contact.Read(city.ContactOf(Cast.EmmaDubois));
        (await city.Get<GivePoints>().LookAsync(
            PersonId.OfCast(Cast.LiShufen), (AssuranceLevel)level,
            new GiftOrder(Guid.NewGuid(), null, contact, amount, message), default)).Refusal
            .ShouldBe((GiftOutcome)outcome);
    }

    [Fact]
    public async Task Nobody_gives_to_themselves_from_a_frozen_wallet_or_by_a_code_that_was_ended()
    {
        var me = PersonId.OfCast(Cast.ChenATu);
        await city.GiveAsync(Cast.ChenATu, 100);
        (await city.GiveByCodeAsync(Cast.ChenATu, Cast.ChenATu, 10)).ShouldBe(GiftOutcome.ToYourself);
        var code = (await city.Get<GiftCodes>().ShowAsync(me, default)).Code;
        (await city.Get<GiftCodes>().ShowAsync(me, default)).Code.ShouldBe(code);
        await city.Get<GiftCodes>().EndAsync(me, default);
        (await city.Get<GiftCodes>().OwnerOfAsync(code, default)).ShouldBeNull();
        code = (await city.Get<GiftCodes>().ShowAsync(me, default)).Code;
        city.Clock.Advance(GiftCodes.Life);
        (await city.Get<GiftCodes>().OwnerOfAsync(code, default)).ShouldBeNull();

        var account = await city.AccountOfAsync(Cast.ChenATu);
        await city.Get<CityLedger>().PostAsync(
            new ChangeAccount(Guid.NewGuid(), account, AccountStatus.Frozen), default);
        (await city.GiveByCodeAsync(Cast.ChenATu, Cast.EmmaDubois, 10)).ShouldBe(GiftOutcome.WalletIsFrozen);
        await city.GiveAsync(Cast.EmmaDubois, 10);
        (await city.GiveByCodeAsync(Cast.EmmaDubois, Cast.ChenATu, 10)).ShouldBe(GiftOutcome.CannotReceive);
    }

    [Fact]
    public async Task The_citys_limits_of_gifts_hold_for_both_roads_together()
    {
        await city.GiveAsync(Cast.LiShufen, 500);
        var perDay = new Limit(71, new CurrencyId(1), TransferCode.Gift, LimitPer.Giver, LimitPeriod.Day, 150);
        await city.Get<CityLedger>().PostAsync(new SetLimit(Guid.NewGuid(), perDay), default);
        (await city.GiveByCodeAsync(Cast.LiShufen, Cast.EmmaDubois, 100)).ShouldBe(GiftOutcome.Given);
        (await city.GiveByContactAsync(Cast.LiShufen, "a-friend@example.org", 51)).ShouldBe(GiftOutcome.LimitIsReached);
        (await city.GiveByContactAsync(Cast.LiShufen, "a-friend@example.org", 50)).ShouldBe(GiftOutcome.Waits);
        await city.Get<CityLedger>().PostAsync(new SetLimit(Guid.NewGuid(), perDay with { Max = null }), default);
    }

    [Fact]
    public async Task Nobody_gives_more_often_in_a_day_than_a_friend_would()
    {
        await city.GiveAsync(Cast.ZhangJianguo, 100);
        city.Clock.Advance(TimeSpan.FromDays(1));
        for (var i = 0; i < GivePoints.DayMax; i++)
            (await city.GiveByCodeAsync(Cast.ZhangJianguo, Cast.EmmaDubois, 1)).ShouldBe(GiftOutcome.Given);
        (await city.GiveByCodeAsync(Cast.ZhangJianguo, Cast.EmmaDubois, 1)).ShouldBe(GiftOutcome.TooManyToday);
        city.Clock.Advance(TimeSpan.FromDays(1));
        (await city.GiveByCodeAsync(Cast.ZhangJianguo, Cast.EmmaDubois, 1)).ShouldBe(GiftOutcome.Given);
    }

    [Theory]
    [InlineData("林美玲", "林○玲")]
    [InlineData("林玲", "林○")]
    [InlineData("歐陽美玲", "歐○○玲")]
    [InlineData("Emma Dubois", "Emma D.")]
    [InlineData("Emma", "E…")]
    [InlineData("", "")]
    public void A_name_is_shown_in_part(string name, string shown) => ShortName.Of(name).ShouldBe(shown);

    async Task EmptyAsync(AccountId account)
    {
        var has = await city.BalanceAsync(account);
        if (has > 0)
            await city.PostAsync(new Transfer(
                Guid.NewGuid(), account, (await city.ShopAsync(Cast.SunflowerBakery)).Account, has, TransferCode.Pay));
    }

    async Task<IEnumerable<(DateOnly?, long)>> LotsAsync(AccountId account) =>
        (await city.Get<CityLedger>().ReadAsync(books => books.Lots(account), default))
            .Select(lot => (lot.LastDay, lot.Amount));
}
