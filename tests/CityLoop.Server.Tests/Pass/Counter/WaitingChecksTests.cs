using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Counter;

/// <summary>
/// Two officers can be deceived, or one of them careless: what does not fit to what a pass has been known by waits, and
/// its owner stops it.
/// </summary>
public sealed class WaitingChecksTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    TimeSpan Wait => city.Pack.Recovery.Wait;

    [Fact]
    public async Task A_document_of_another_kind_opens_a_pass_only_after_a_week_in_which_its_owner_is_told()
    {
        using var owner = await city.ComeKnownAsync("lost-card@example.org", "林等候", "W10000001");

        (await city.HandedOverAsync("lost-card@example.org", "林等候", "000011112222", "health_card")).ShouldBeEmpty();

        await city.LetterAsync("lost-card@example.org", "有人在櫃台要恢復你的市民通");
        (await owner.GetStringAsync("/me/level", Stop)).ShouldContain("不是我，阻止");
        using var officer = await city.SignInAsync(Cast.ZhangJianguo);
        (await officer.GetStringAsync("/counter/waits", Stop)).ShouldContain("林等候");
        city.Clock.Advance(Wait - TimeSpan.FromMinutes(1));
        (await city.HandedOverAsync("lost-card@example.org", "林等候", "000011112222", "health_card"))
            .ShouldBeEmpty("the week is not over");
        city.Clock.Advance(TimeSpan.FromMinutes(1));
        (await city.HandedOverAsync("lost-card@example.org", "林等候", "000011119999", "health_card"))
            .ShouldBeEmpty("not the document that waited");

        var code = await city.HandedOverAsync("lost-card@example.org", "林等候", "000011112222", "health_card");
        using var found = city.Visit();
        (await found.EnterAsync(code)).ShouldBe("/me/devices");
        (await city.Get<CheckWaits>().OfAsync(await found.IdAsync(), Stop)).ShouldBeEmpty("what waited is settled");
        (await city.HandedOverAsync("lost-card@example.org", "林等候", "000011112222", "health_card"))
            .ShouldBeEmpty("what waited opens it once");
    }

    [Fact]
    public async Task A_document_recorded_in_the_same_visit_or_week_opens_nothing()
    {
        using var owner = await city.ComeKnownAsync("prepared@example.org", "林準備", "W10000002");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindAsync("prepared@example.org");

        await city.CheckAsync(first, second, visit, "冒名者", number: "W20000002");
        (await city.HandedOverAsync("prepared@example.org", "冒名者", "W20000002")).ShouldBeEmpty();

        var page = await owner.GetStringAsync("/me/level", Stop);
        page.ShouldContain("核對成你的身分");
        await city.LetterAsync("prepared@example.org", "有人在櫃台用另一份證件核對你的身分");
        var prints = await city.Get<CounterChecks>().DocumentPrintsAsync(await owner.IdAsync(), Stop);
        prints.Count.ShouldBe(1, "the impostor's passport stands behind nobody yet");
    }

    [Fact]
    public async Task A_first_check_opens_the_pass_of_somebody_who_has_a_way_in_no_sooner()
    {
        using var owner = city.Visit();
        await owner.SignInAsync(city, "unchecked@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindAsync("unchecked@example.org");

        await city.CheckAsync(first, second, visit, "冒充的", number: "W20000003");
        (await city.HandedOverAsync("unchecked@example.org", "冒充的", "W20000003")).ShouldBeEmpty();

        // Not theirs, and they say so: neither holds.
        foreach (var check in await city.Get<CheckWaits>().OfAsync(await owner.IdAsync(), Stop))
            (await city.Get<CheckWaits>().StopAsync(await owner.IdAsync(), check.Id, Stop)).ShouldBeTrue();
        (await owner.LevelAsync()).ShouldBe(1);
        (await first.RecordAsync(visit, "冒充的", "recovery", number: "W20000003"))
            .ShouldBe("?problem=never_checked");
    }

    [Fact]
    public async Task The_link_in_the_letter_stops_it_without_a_session_and_a_look_at_it_does_not()
    {
        using var owner = await city.ComeKnownAsync("stops@example.org", "林阻止", "W10000004");
        await city.HandedOverAsync("stops@example.org", "林阻止", "W20000004");
        var letter = await city.LetterAsync("stops@example.org", "有人在櫃台要恢復你的市民通");
        var link = letter[letter.IndexOf("/stop/", StringComparison.Ordinal)..].Split('<', ' ', '"', '\n')[0];
        using var anybody = city.Visit();
        (await anybody.GetStringAsync(link, Stop)).ShouldContain("不是我，阻止");
        (await city.Get<CheckWaits>().OfAsync(await owner.IdAsync(), Stop)).Count.ShouldBe(1, "a look stops nothing");

        using var stopped = await anybody.SubmitAsync(link, "action=\"/stop\"");

        stopped.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/stop/done");
        await city.LetterAsync("stops@example.org", "櫃台的核對已阻止");
        using var officer = await city.SignInAsync(Cast.WangYating);
        var visit = await officer.FindAsync("stops@example.org");
        (await officer.GetStringAsync(visit, Stop)).ShouldContain("本人在");
        city.Clock.Advance(Wait);
        (await city.HandedOverAsync("stops@example.org", "林阻止", "W20000004")).ShouldBeEmpty();
        (await anybody.GetStringAsync(link, Stop)).ShouldContain("沒有可以阻止的事");
        // Whoever has the document by which the pass is known is kept out by nobody.
        (await city.HandedOverAsync("stops@example.org", "林阻止", "W10000004")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Another_persons_check_is_stopped_by_nobody()
    {
        using var owner = await city.ComeKnownAsync("not-yours@example.org", "林他人", "W10000005");
        using var other = city.Visit();
        await other.SignInAsync(city, "meddler@example.org");
        await city.HandedOverAsync("not-yours@example.org", "林他人", "W20000005");
        var waits = city.Get<CheckWaits>();
        var check = (await waits.OfAsync(await owner.IdAsync(), Stop)).Single();

        (await waits.StopAsync(await other.IdAsync(), check.Id, Stop)).ShouldBeFalse();
        (await waits.OfLinkAsync("", Stop)).ShouldBeNull();
        (await waits.OfAsync(await owner.IdAsync(), Stop)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_document_counts_once_nobody_stopped_it_for_a_week()
    {
        using var owner = await city.ComeKnownAsync("second-doc@example.org", "林換證", "W10000006");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindAsync("second-doc@example.org");
        await city.CheckAsync(first, second, visit, "林換證", number: "W30000006");
        var (waits, checks) = (city.Get<CheckWaits>(), city.Get<CounterChecks>());
        await waits.ComeIntoForceAsync(Stop);
        (await checks.DocumentPrintsAsync(await owner.IdAsync(), Stop)).Count.ShouldBe(1, "the week has begun");

        city.Clock.Advance(Wait);
        (await waits.ComeIntoForceAsync(Stop)).ShouldBeGreaterThan(0);

        (await checks.DocumentPrintsAsync(await owner.IdAsync(), Stop)).Count.ShouldBe(2);
        (await city.HandedOverAsync("second-doc@example.org", "林換證", "W30000006")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_pass_into_which_nobody_had_a_way_is_opened_by_the_document_of_its_check_alone()
    {
        using var mother = city.Visit();
        await mother.SignInAsync(city, "mother-of-unused@example.org");
        await mother.AddChildAsync("小沒用", city.Get<CityClock>().Today.AddYears(-15));
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindChildAsync(mother, "小沒用");
        await city.CheckAsync(first, second, visit, "小沒用", number: "W10000008");

        (await city.CheckAsync(first, second, visit, "冒小沒用", "recovery", number: "W20000008"))
            .ShouldContain("已確認，但要等", customMessage: "another child's passport");

        (await city.CheckAsync(first, second, visit, "小沒用", "recovery", number: "W10000008"))
            .ShouldContain("一次性登入碼");
    }

    [Fact]
    public async Task Who_has_the_phone_erases_nothing_while_its_owner_waits_to_come_in()
    {
        using var thief = await city.ComeKnownAsync("erased@example.org", "林刪除", "W10000009");
        var (person, erasures) = (await thief.IdAsync(), city.Get<Erasures>());
        (await erasures.AskAsync(person, Stop)).ShouldBe(ErasureOutcome.Asked);
        city.Clock.Advance(TimeSpan.FromDays(1));
        await city.HandedOverAsync("erased@example.org", "林刪除", "000022223333", "health_card");

        city.Clock.Advance(Wait);
        (await erasures.EraseDueAsync(Stop)).ShouldBe(0);
        city.Clock.Advance(CheckWaits.ComeWithin - TimeSpan.FromMinutes(1));
        (await erasures.EraseDueAsync(Stop)).ShouldBe(0, "they may still come for the code");

        using var found = city.Visit();
        var code = await city.HandedOverAsync("erased@example.org", "林刪除", "000022223333", "health_card");
        (await erasures.EraseDueAsync(Stop)).ShouldBe(0, "the code is in their hand");
        (await found.EnterAsync(code)).ShouldBe("/me/devices");
        (await erasures.DueAsync(person, Stop)).ShouldBeNull("who asked for it was somebody else perhaps");
    }

    [Fact]
    public async Task What_was_withdrawn_since_it_was_recorded_carries_no_recovery()
    {
        using var owner = await city.ComeKnownAsync("gone-check@example.org", "林撤回", "W10000007");
        using var first = await city.SignInAsync(Cast.WangYating);
        var visit = await first.FindAsync("gone-check@example.org");
        await first.RecordAsync(visit, "林撤回", "recovery", number: "W10000007");
        var checks = await city.Get<CounterChecks>().OfAsync(await owner.IdAsync(), Stop);
        var officer = SignInRoad.PersonOf(Cast.ZhangJianguo);
        await city.Get<CounterChecks>().WithdrawAsync(officer, checks.Single(check => check.Counts).Id, Stop);

        (await city.Get<CounterChecks>().ApproveAsync(
            officer, checks.Single(check => check.IsRecovery).Id, "W10000007", Stop)).Outcome
            .ShouldBe(CheckOutcome.NeverChecked);
    }
}
