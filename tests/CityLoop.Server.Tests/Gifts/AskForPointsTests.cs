using CityLoop.Server.Gifts;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;

namespace CityLoop.Server.Tests.Gifts;

public sealed class AskForPointsTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly PersonId Emma = PersonId.OfCast(Cast.EmmaDubois), Lin = PersonId.OfCast(Cast.LinMeiling);

    [Fact]
    public async Task An_ask_is_paid_once_however_often_and_however_fast_somebody_taps()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        var ask = await AskedAsync(Cast.EmmaDubois, city.ContactOf(Cast.LinMeiling), 80);
        var (before, has) = (await city.BalanceOfAsync(Cast.EmmaDubois), await city.BalanceOfAsync(Cast.LinMeiling));
        using var asked = await city.SignInAsync(Cast.LinMeiling);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PayAsync(Lin, ask)));

        outcomes.ShouldAllBe(outcome => outcome == null || outcome == GiftOutcome.Given);
        outcomes.ShouldContain(GiftOutcome.Given);
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(before + 80);
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(has - 80);
        (await city.Get<AskStore>().FindAsync(ask, default))!.Ending.ShouldBe("paid");
        (await city.LetterAsync(city.ContactOf(Cast.EmmaDubois), "有人轉贈點數給你")).ShouldContain("80");
    }

    [Fact]
    public async Task Nobody_but_whose_contact_it_is_sees_pays_or_declines_an_ask_and_not_after_its_days()
    {
        using var asked = await city.SignInAsync(Cast.LinMeiling);
        await city.GiveAsync(Cast.HuangZhiming, 100);
        var ask = await AskedAsync(Cast.WangYating, city.ContactOf(Cast.LinMeiling), 10);
        var other = PersonId.OfCast(Cast.HuangZhiming);
        (await PayAsync(other, ask)).ShouldBeNull();
        (await city.Get<AskForPoints>().DeclineAsync(other, ask, default)).ShouldBeFalse();
        (await city.Get<AskForPoints>().BlockAsync(other, ask, default)).ShouldBeFalse();

        city.Clock.Advance(Ask.OpenFor);
        (await PayAsync(Lin, ask)).ShouldBeNull();
    }

    [Fact]
    public async Task A_no_looks_to_the_asker_like_no_answer_and_so_does_a_contact_of_nobody()
    {
        using var asked = await city.SignInAsync(Cast.EmmaDubois);
        using var asker = await city.SignInAsync(Cast.ZhangJianguo);
        var no = await AskedAsync(Cast.ZhangJianguo, city.ContactOf(Cast.EmmaDubois), 15);
        await AskedAsync(Cast.ZhangJianguo, "e-no-one@example.org", 15);
        (await city.Get<AskForPoints>().DeclineAsync(Emma, no, default)).ShouldBeTrue();

        var sections = (await asker.GetStringAsync("/gifts?language=en")).Split("<section")
            .Where(part => part.Contains("15 points from e•••@example.org", StringComparison.Ordinal)).ToList();

        sections.Count.ShouldBe(2);
        sections.ShouldAllBe(part => part.Contains("No answer yet", StringComparison.Ordinal));
        (await AskAsync(Cast.ZhangJianguo, city.ContactOf(Cast.EmmaDubois), 15)).ShouldBe(AskOutcome.AskedBefore);
        (await AskAsync(Cast.ZhangJianguo, "e-no-one@example.org", 15)).ShouldBe(AskOutcome.AskedBefore);
        (await city.Get<AskStore>().WithdrawAsync(no, PersonId.OfCast(Cast.ZhangJianguo), default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_is_blocked_is_shown_and_written_no_more_until_they_are_unblocked()
    {
        using var asked = await city.SignInAsync(Cast.LinMeiling);
        var first = await AskedAsync(Cast.LiShufen, city.ContactOf(Cast.LinMeiling), 21);
        await city.LookAfterGiftsAsync();
        await city.LettersGoneAsync();
        var letters = (await city.LettersAsync(city.ContactOf(Cast.LinMeiling), "有人向你要點數")).Count;
        letters.ShouldBePositive();
        (await city.Get<AskForPoints>().BlockAsync(Lin, first, default)).ShouldBeTrue();
        (await PayAsync(Lin, first)).ShouldBeNull();
        await city.Get<AskStore>().WithdrawAsync(first, PersonId.OfCast(Cast.LiShufen), default);

        var second = await AskedAsync(Cast.LiShufen, city.ContactOf(Cast.LinMeiling), 22);
        await city.LookAfterGiftsAsync();
        await city.LettersGoneAsync();
        (await city.Get<AskForPoints>().ForAsync(Lin, default)).ShouldNotContain(ask => ask.Id == second);
        (await city.LettersAsync(city.ContactOf(Cast.LinMeiling), "有人向你要點數")).Count.ShouldBe(letters);

        (await asked.GetStringAsync("/gifts")).ShouldContain("封鎖了 1 個人");
        using var freed = await asked.SubmitAsync("/gifts", "/gifts/asks/unblock");
        (await freed.Content.ReadAsStringAsync()).ShouldContain("向你要 22 點");
    }

    [Fact]
    public async Task Nobody_fills_other_peoples_pages_with_asks()
    {
        for (var i = 0; i < AskForPoints.OpenMax; i++)
            await AskedAsync(Cast.HuangZhiming, $"many-{i}@example.org", 1);
        (await AskAsync(Cast.HuangZhiming, "one-more@example.org", 1)).ShouldBe(AskOutcome.TooManyOpen);
        for (var i = 0; i < AskForPoints.DayMax - AskForPoints.OpenMax; i++)
        {
            var mine = await city.Get<AskForPoints>().OfAsync(PersonId.OfCast(Cast.HuangZhiming), default);
            await city.Get<AskStore>().WithdrawAsync(
                mine.First(ask => ask.Ending is null).Id, PersonId.OfCast(Cast.HuangZhiming), default);
            await AskedAsync(Cast.HuangZhiming, $"more-{i}@example.org", 1);
        }

        var open = await city.Get<AskForPoints>().OfAsync(PersonId.OfCast(Cast.HuangZhiming), default);
        await city.Get<AskStore>().WithdrawAsync(
            open.First(ask => ask.Ending is null).Id, PersonId.OfCast(Cast.HuangZhiming), default);
        (await AskAsync(Cast.HuangZhiming, "last@example.org", 1)).ShouldBe(AskOutcome.TooManyToday);
        city.Clock.Advance(TimeSpan.FromDays(1));
        (await AskAsync(Cast.HuangZhiming, "last@example.org", 1)).ShouldBe(AskOutcome.Asked);
    }

    [Fact]
    public async Task Whoever_has_too_little_is_told_so_and_the_ask_stays_open()
    {
        using var asked = await city.SignInAsync(Cast.EmmaDubois);
        var ask = await AskedAsync(Cast.LinMeiling, city.ContactOf(Cast.EmmaDubois), 99_999);
        using var refused = await asked.SubmitAsync("/gifts", "/gifts/asks/pay", ("ask", ask.ToString()));
        (await refused.Content.ReadAsStringAsync()).ShouldContain("點數不夠");
        (await city.Get<AskStore>().FindAsync(ask, default))!.Ending.ShouldBeNull();
    }

    [Fact]
    public async Task Two_phones_ask_and_pay()
    {
        await city.GiveAsync(Cast.LinMeiling, 300);
        var asker = await Browser.OpenAsync(city);
        await asker.SignInAsync(city, Cast.ZhangJianguo, "/gifts");
        await asker.ClickAsync("a[href='/gifts/asks/new']");
        await asker.FillAsync("#to", city.ContactOf(Cast.LinMeiling));
        await asker.FillAsync("#amount", "45");
        await asker.FillAsync("#reason", "上次的午餐");
        await LookAsync(asker, "ask");
        await asker.ClickAsync("#ask");
        await asker.WaitForURLAsync("**/gifts?done=asked");
        await LookAsync(asker, "asks-mine");

        var asked = await Browser.OpenAsync(city);
        await asked.SignInAsync(city, Cast.LinMeiling, "/gifts");
        await asked.ClickAsync("section:has-text('上次的午餐') summary");
        await LookAsync(asked, "asks-for-me");
        await asked.ClickAsync("section:has-text('上次的午餐') form[action$='/pay'] button");
        await asked.WaitForURLAsync("**/gifts?done=given");
        await asker.ReloadAsync();
        await asker.WaitForSelectorAsync("text=付了。");
        await LookAsync(asker, "asks-paid");
    }

    static async Task LookAsync(Microsoft.Playwright.IPage page, string name)
    {
        await page.PictureAsync(name, fullPage: true);
        await page.ShouldBeAccessibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"))
            .ShouldBeLessThanOrEqualTo((int)Screen.Phone);
    }

    Task<GiftOutcome?> PayAsync(PersonId payer, Guid ask) =>
        city.Get<AskForPoints>().PayAsync(payer, AssuranceLevel.ContactVerified, ask, default);

    Task<AskOutcome> AskAsync(string asker, string contact, long amount, Guid? id = null) =>
        city.Get<AskForPoints>().AskAsync(
            PersonId.OfCast(asker), AssuranceLevel.ContactVerified,
            new AskOrder(id ?? Guid.NewGuid(), Contact.Read(contact), amount, "車錢"), default);

    async Task<Guid> AskedAsync(string asker, string contact, long amount)
    {
        var id = Guid.NewGuid();
        (await AskAsync(asker, contact, amount, id)).ShouldBe(AskOutcome.Asked);
        return id;
    }
}
