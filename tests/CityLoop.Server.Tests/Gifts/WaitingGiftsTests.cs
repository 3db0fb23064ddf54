using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Gifts;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;

namespace CityLoop.Server.Tests.Gifts;

public sealed partial class WaitingGiftsTests(TestCity city) : IClassFixture<TestCity>
{
    const string Nobody = "not-here-yet@example.org";

    [Fact]
    public async Task Whether_a_contact_is_anybodys_is_answered_to_nobody()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        using var giver = await city.SignInAsync(Cast.LinMeiling);
        await using var connection = await city.Database.OpenConnectionAsync();
        var pages = new List<string>();
        foreach (var contact in new[] { "e-nobody@example.org", city.ContactOf(Cast.EmmaDubois) })
        {
            await connection.ExecuteAsync("delete from gifts.gift");
            using var looked = await giver.SubmitAsync(
                "/gift", "name=\"To\"", ("To", contact), ("Amount", "7"), ("Message", "生日快樂"), ("Step", "look"));
            var confirm = await looked.Content.ReadAsStringAsync();
            using var given = await giver.SendFormAsync(
                looked.RequestMessage!.RequestUri!, confirm, "value=\"give\"", ("Step", "give"));
            var after = await given.Content.ReadAsStringAsync();
            await city.LookAfterGiftsAsync();
            var later = await giver.GetStringAsync("/gifts");
            after.ShouldContain("點數已替對方保管");
            using var cancelled = await giver.SubmitAsync("/gifts", "/gifts/cancel");
            pages.Add(string.Concat(new[] { confirm, after, later }.Select(page => Private(page, contact))));
        }

        pages[0].Split('\n').Except(pages[1].Split('\n')).ShouldBeEmpty();
        pages[0].Length.ShouldBe(pages[1].Length);
    }

    [Fact]
    public async Task A_gift_to_somebody_without_a_pass_is_theirs_once_they_have_proved_the_contact()
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        var before = await city.BalanceOfAsync(Cast.LinMeiling);
        var gift = await city.WaitingGiftAsync(Cast.LinMeiling, Nobody, 120);
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before - 120);
        (await city.TakeAsync(Cast.EmmaDubois, gift.Id)).ShouldBe(WaitingOutcome.Gone);

        using var friend = city.Visit();
        await friend.SignInAsync(city, Nobody, "/gifts");
        using var taken = await friend.SubmitAsync("/gifts", "/gifts/take");

        (await taken.Content.ReadAsStringAsync()).ShouldContain("收下了");
        (await friend.AskAsync("/api/v1/wallet")).Body.GetProperty("spendable").GetInt64().ShouldBe(120);
        (await city.LetterAsync(city.ContactOf(Cast.LinMeiling), "有人收下了")).ShouldContain("120");
        (await city.Get<GiftStore>().FindAsync(gift.Id, default))!.ContactPrint.ShouldBeNull();
    }

    [Fact]
    public async Task What_nobody_takes_in_14_days_comes_back_once_with_the_last_day_that_it_had()
    {
        var lastDay = city.Get<CityClock>().Today.AddDays(100);
        await city.GiveAsync(Cast.ZhangJianguo, 70, lastDay);
        var account = await city.AccountOfAsync(Cast.ZhangJianguo);
        var before = await LotsAsync(account);
        var gift = await city.WaitingGiftAsync(Cast.ZhangJianguo, "never@example.org", 70);
        await city.LookAfterGiftsAsync();
        (await city.BalanceAsync(account)).ShouldBe(before.Sum(lot => lot.Amount) - 70);

        city.Clock.Advance(Gift.WaitsFor);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => city.LookAfterGiftsAsync()));

        (await LotsAsync(account)).ShouldBe(before);
        (await city.TakeAsync(Cast.EmmaDubois, gift.Id)).ShouldBe(WaitingOutcome.Gone);
        (await city.LetterAsync(city.ContactOf(Cast.ZhangJianguo), "你轉贈的點數回來了")).ShouldContain("70");
    }

    [Fact]
    public async Task Points_that_end_while_they_wait_end()
    {
        await city.GiveAsync(Cast.LiShufen, 30, city.Get<CityClock>().Today.AddDays(2));
        await city.GiveAsync(Cast.LiShufen, 40, city.Get<CityClock>().Today.AddDays(60));
        var gift = await city.WaitingGiftAsync(Cast.LiShufen, city.ContactOf(Cast.EmmaDubois), 70);
        var had = await city.BalanceOfAsync(Cast.EmmaDubois);
        city.Clock.Advance(TimeSpan.FromDays(5));
        await city.Get<CityLedger>().PostAsync(BeginDay.Of(city.Get<CityClock>().Today), default);

        using var receiver = await city.SignInAsync(Cast.EmmaDubois);
        (await city.TakeAsync(Cast.EmmaDubois, gift.Id)).ShouldBe(WaitingOutcome.Done);

        (await city.Get<GiftStore>().FindAsync(gift.Id, default))!.Moved.ShouldBe(40);
        (await LotsAsync(await city.AccountOfAsync(Cast.EmmaDubois))).ShouldContain(lot => lot.Amount == 40);
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBeLessThanOrEqualTo(had + 40);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Taken_declined_taken_back_and_returned_at_the_same_moment_it_ends_once(int round)
    {
        using var receiver = await city.SignInAsync(Cast.EmmaDubois);
        await city.GiveAsync(Cast.HuangZhiming, 90);
        var (giverHas, receiverHas) = (
            await city.BalanceOfAsync(Cast.HuangZhiming), await city.BalanceOfAsync(Cast.EmmaDubois));
        var gift = await city.WaitingGiftAsync(Cast.HuangZhiming, city.ContactOf(Cast.EmmaDubois), 90);
        var (waiting, store) = (city.Get<WaitingGifts>(), city.Get<GiftStore>());
        var (me, giver) = (PersonId.OfCast(Cast.EmmaDubois), PersonId.OfCast(Cast.HuangZhiming));
        Func<Task>[] all =
        [
            () => waiting.TakeAsync(me, gift.Id, default), () => waiting.DeclineAsync(me, gift.Id, default),
            () => waiting.CancelAsync(giver, gift.Id, default),
            // As another server sees it, whose clock has come to the end.
            async () =>
            {
                await store.ReturnDueAsync(gift.Until!.Value, default);
                await waiting.CloseAsync(gift.Id, default);
            },
        ];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(all[(i + round) % all.Length])));
        await city.LookAfterGiftsAsync();

        var ended = (await store.FindAsync(gift.Id, default))!;
        ended.ClosedAt.ShouldNotBeNull();
        var isTaken = ended.Ending == "taken";
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(receiverHas + (isTaken ? 90 : 0));
        (await city.BalanceOfAsync(Cast.HuangZhiming)).ShouldBe(giverHas - (isTaken ? 90 : 0));
    }

    [Fact]
    public async Task What_is_on_its_way_back_is_taken_by_nobody_any_more()
    {
        using var receiver = await city.SignInAsync(Cast.EmmaDubois);
        await city.GiveAsync(Cast.ZhangJianguo, 35);
        var has = await city.BalanceOfAsync(Cast.ZhangJianguo);
        var gift = await city.WaitingGiftAsync(Cast.ZhangJianguo, city.ContactOf(Cast.EmmaDubois), 35);
        await city.Get<GiftStore>().CancelAsync(gift.Id, PersonId.OfCast(Cast.ZhangJianguo), gift.MadeAt, default);

        (await city.TakeAsync(Cast.EmmaDubois, gift.Id)).ShouldBe(WaitingOutcome.Gone);
        await city.LookAfterGiftsAsync();
        (await city.BalanceOfAsync(Cast.ZhangJianguo)).ShouldBe(has);
    }

    [Fact]
    public async Task A_crash_behind_the_decision_is_made_good_and_a_frozen_account_waits_until_it_is_thawed()
    {
        await city.GiveAsync(Cast.WangYating, 25);
        var has = await city.BalanceOfAsync(Cast.WangYating);
        var gift = await city.WaitingGiftAsync(Cast.WangYating, "gone@example.org", 25);
        var account = await city.AccountOfAsync(Cast.WangYating);
        await FreezeAsync(account, AccountStatus.Frozen);
        await city.Get<GiftStore>().CancelAsync(gift.Id, PersonId.OfCast(Cast.WangYating), gift.MadeAt, default);
        await city.LookAfterGiftsAsync();
        (await city.BalanceAsync(account)).ShouldBe(has - 25);

        await FreezeAsync(account, AccountStatus.Open);
        await city.RestartAsync();
        await city.LookAfterGiftsAsync();
        (await city.BalanceAsync(account)).ShouldBe(has);
    }

    [Fact]
    public async Task Five_gifts_may_wait_and_a_place_that_is_free_again_keeps_the_next_one_apart()
    {
        await city.GiveAsync(Cast.EmmaDubois, 600);
        var last = await city.WaitingGiftAsync(Cast.EmmaDubois, "friend@example.org", 10);
        for (var i = 2; i <= GiftStore.WaitingMax; i++)
            await city.WaitingGiftAsync(Cast.EmmaDubois, $"friend-{i}@example.org", 10 * i);
        (await city.GiveByContactAsync(Cast.EmmaDubois, "friend-6@example.org", 60)).ShouldBe(GiftOutcome.TooManyWait);

        await city.Get<WaitingGifts>().CancelAsync(PersonId.OfCast(Cast.EmmaDubois), last.Id, default);
        var next = await city.WaitingGiftAsync(Cast.EmmaDubois, "friend-6@example.org", 60);
        next.Slot.ShouldBe(last.Slot);
        await city.Get<WaitingGifts>().CloseAsync(last.Id, default);
        await city.Get<WaitingGifts>().CancelAsync(PersonId.OfCast(Cast.EmmaDubois), next.Id, default);
        (await city.Get<GiftStore>().FindAsync(next.Id, default))!.Moved.ShouldBe(60);
    }

    [Fact]
    public async Task Who_is_erased_while_their_gift_waits_is_named_by_nothing_and_it_still_reaches_its_receiver()
    {
        using var giver = city.Visit();
        await giver.SignInAsync(city, "leaving@example.org");
        await using var connection = await city.Database.OpenConnectionAsync();
        var person = await connection.QuerySingleAsync<Guid>(
            "select person from pass.contact where value = 'leaving@example.org'");
        await city.GiveAsync(
            await city.Get<PersonAccounts>().OfAsync(new PersonId(person), new CurrencyId(1), default), 50);
        await city.Get<GivePoints>().GiveAsync(
            new PersonId(person), Server.Pass.Levels.AssuranceLevel.ContactVerified,
            new GiftOrder(Guid.NewGuid(), null, Contact.Read(city.ContactOf(Cast.LinMeiling)), 50, ""), default);
        var gift = (await city.Get<GiftStore>().LatestAsync(new PersonId(person), 1, default))[0];
        var erasures = city.Get<Erasures>();
        await erasures.AskAsync(new PersonId(person), default);
        city.Clock.Advance(Erasures.CanBeTakenBackFor);
        (await erasures.EraseDueAsync(default)).ShouldBe(1);

        (await city.Get<GiftStore>().FindAsync(gift.Id, default))!.Giver.ShouldNotBe(person);
        var has = await city.BalanceOfAsync(Cast.LinMeiling);
        using var receiver = await city.SignInAsync(Cast.LinMeiling);
        (await receiver.GetStringAsync("/gifts")).ShouldContain("某人 要送你 50 點");
        (await city.TakeAsync(Cast.LinMeiling, gift.Id)).ShouldBe(WaitingOutcome.Done);
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(has + 50);
    }

    async Task FreezeAsync(AccountId account, AccountStatus status) => (await city.Get<CityLedger>().PostAsync(
        new ChangeAccount(Guid.NewGuid(), account, status), default)).Outcome.ShouldBe(PostOutcome.Posted);

    async Task<IReadOnlyList<Lot>> LotsAsync(AccountId account) =>
        [.. (await city.Get<CityLedger>().ReadAsync(books => books.Lots(account), default))
            .GroupBy(lot => (lot.LastDay, lot.Budget)).Select(g => g.First() with { Amount = g.Sum(l => l.Amount) })
            .OrderBy(lot => lot.LastDay)];

    /// <summary>A page without what is another in every telling: ids, tokens, times.</summary>
    static string Private(string page, string contact) => Changing().Replace(
        page.Replace(contact, "CONTACT", StringComparison.Ordinal), "…");

    [GeneratedRegex("""CfDJ8[\w-]*|[0-9a-f]{8}-[0-9a-f-]{27}|nonce-\S+|\d+:\d\d|-\d+ 點|1?\d{3}|<!--.*?-->""")]
    private static partial Regex Changing();
}
