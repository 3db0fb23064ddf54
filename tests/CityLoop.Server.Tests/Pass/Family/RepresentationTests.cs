using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Missions;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>Adults who are represented, and children who come of age.</summary>
public sealed partial class RepresentationTests(GrownUpCity grownUp) : IClassFixture<GrownUpCity>
{
    const string MandateForm = "action=\"/me/family/mandate\"";

    readonly TestCity city = grownUp.City;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    DateOnly Today => city.Get<CityClock>().Today;

    [Fact]
    public async Task An_elder_lets_a_helper_act_sees_it_and_ends_it_there_and_then()
    {
        using var elder = await ComeAsync("elder@example.org", "王奶奶");
        using var helper = await ComeAsync("helper@example.org", "小幫手");
        (await GiveMandateAsync(elder, "helper@example.org")).ShouldBe("?done=asked");
        var waits = await elder.GetStringAsync("/me/family");
        waits.IndexOf("誰可以幫我操作", StringComparison.Ordinal)
            .ShouldBeInRange(0, waits.IndexOf("h•••@example.org（等待同意）", StringComparison.Ordinal));
        (await helper.GetStringAsync("/me/family")).ShouldContain("請你代為操作");

        (await SendAsync(helper, "action=\"/me/family/accept\"")).ShouldBe("?done=represents");
        await city.LetterAsync("elder@example.org", "小幫手 可以代 王奶奶 操作");
        await city.LetterAsync("helper@example.org", "小幫手 可以代 王奶奶 操作");
        await ActAsync(helper);
        (await helper.GetStringAsync("/pay-code")).ShouldContain("正在幫 王奶奶 操作");
        // Not the pass, and not where an adult travels.
        foreach (var address in new[] { "/me/contacts", "/me/data.json", "/carbon" })
        {
            using var closed = await helper.GetAsync(address, Stop);
            closed.StatusCode.ShouldBe(HttpStatusCode.Forbidden, address);
        }


        var page = await elder.GetStringAsync("/me/family");
        page.ShouldContain("誰可以幫我操作");
        page.ShouldContain("小幫手");
        page.ShouldContain("最近一次代為操作");
        (await elder.GetStringAsync("/me/data/access")).ShouldContain("小幫手");
        // Long after the sign-in: ending asks for nothing more.
        city.Clock.Advance(Sessions.FreshFor + TimeSpan.FromSeconds(1));
        (await SendAsync(elder, "action=\"/me/family/mandate/end\"")).ShouldBe("?done=ended");
        (await helper.GetStringAsync("/")).ShouldNotContain("正在幫");
        (await helper.GetStringAsync("/me/family")).ShouldNotContain("王奶奶");
        await city.LetterAsync("helper@example.org", "小幫手 不再代 王奶奶 操作");
    }

    [Fact]
    public async Task A_mandate_has_a_last_day_and_whoever_has_it_may_step_back()
    {
        using var elder = await ComeAsync("dated@example.org", "有期限");
        using var helper = await ComeAsync("dated-helper@example.org", "助手");
        (await GiveMandateAsync(elder, "dated-helper@example.org", Today.AddYears(1).AddDays(1)))
            .ShouldBe("?problem=last_day_not_valid");
        (await GiveMandateAsync(elder, "dated-helper@example.org", Today.AddDays(-1)))
            .ShouldBe("?problem=last_day_not_valid");
        (await GiveMandateAsync(elder, "dated@example.org")).ShouldBe("?problem=representative_is_you");
        (await GiveMandateAsync(elder, "dated-helper@example.org", Today)).ShouldBe("?done=asked");
        (await SendAsync(helper, "action=\"/me/family/accept\"")).ShouldBe("?done=represents");
        await ActAsync(helper);

        city.Clock.Advance(TimeSpan.FromDays(1));
        (await helper.GetStringAsync("/")).ShouldNotContain("正在幫", customMessage: "its last day is over");

        await elder.SignInAsync(city, "dated@example.org");
        (await GiveMandateAsync(elder, "dated-helper@example.org")).ShouldBe("?done=asked");
        (await SendAsync(helper, "action=\"/me/family/accept\"")).ShouldBe("?done=represents");
        (await SendAsync(helper, "action=\"/me/family/mandate/step-back\"")).ShouldBe("?done=ended");
        (await elder.GetStringAsync("/me/family")).ShouldNotContain("誰可以幫我操作");
    }

    [Fact]
    public async Task A_court_s_order_is_confirmed_by_two_officers_and_ends_with_one()
    {
        using var ward = await ComeAsync("ward@example.org", "陳受監護");
        using var guardian = await city.SignInAsync(Cast.HuangZhiming);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        using var unchecked_ = await ComeAsync("never-checked@example.org", "沒核對");
        (await RecordAsync(first, ward, unchecked_)).ShouldBe("?problem=representative_not_checked");
        (await RecordAsync(first, ward, guardian, Today.AddYears(6))).ShouldBe("?problem=last_day_not_valid");
        (await RecordAsync(first, ward, guardian, ground: "child")).ShouldBe("?problem=representation_ground");
        (await RecordAsync(first, ward, guardian)).ShouldBe("?done=recorded");
        (await guardian.GetStringAsync("/me/family")).ShouldNotContain("陳受監護", customMessage: "one pair of eyes");

        (await first.GetStringAsync("/counter")).ShouldContain("黃志明 要代 陳受監護 操作");
        (await DecideAsync(first, "approve", await CheckOfAsync(ward))).ShouldBe("?problem=needs_another_officer");
        (await DecideAsync(second, "approve", await CheckOfAsync(ward))).ShouldBe("?done=approved");
        await city.LetterAsync("ward@example.org", "黃志明 可以代 陳受監護 操作");
        await ActAsync(guardian);
        (await guardian.GetStringAsync("/")).ShouldContain("正在幫 陳受監護 操作");

        // The one who is represented sees it, ends nothing that a court ordered, and gives no mandate.
        var page = await ward.GetStringAsync("/me/family");
        page.ShouldContain("監護宣告");
        page.ShouldNotContain("action=\"/me/family/mandate/end\"");
        (await city.Get<Mandates>().EndAsync(
            await ward.IdAsync(), PersonId.OfCast(Cast.HuangZhiming), Stop)).ShouldBeFalse();
        (await GiveMandateAsync(ward, "never-checked@example.org")).ShouldBe("?problem=mandate_not_of_age");
        (await ward.GetStringAsync("/me/level")).ShouldContain("確認誰可以代為操作");

        (await DecideAsync(second, "end", await CheckOfAsync(ward))).ShouldBe("?done=withdrawn");
        (await guardian.GetStringAsync("/")).ShouldNotContain("正在幫");
        await city.LetterAsync("ward@example.org", "黃志明 不再代 陳受監護 操作");
    }

    [Fact]
    public async Task No_officer_confirms_what_makes_them_a_representative()
    {
        using var ward = await ComeAsync("own-ward@example.org", "長輩");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await first.RecordAsync(await first.FindAsync(city.ContactOf(Cast.ZhangJianguo)), "張建國");
        using var other = await city.SignInAsync(Cast.LinMeiling);
        await using (var connection = await city.Database.OpenConnectionAsync(Stop))
            await connection.ExecuteAsync(
                """
                update pass.identity_check set second_officer = @other, approved_at = recorded_at where person = @person
                """, new { other = PersonId.OfCast(Cast.LinMeiling).Value, person = (await second.IdAsync()).Value });

        (await RecordAsync(first, ward, first)).ShouldBe("?problem=not_of_yourself");
        (await RecordAsync(first, ward, second)).ShouldBe("?done=recorded");
        (await DecideAsync(second, "approve", await CheckOfAsync(ward))).ShouldBe("?problem=not_of_yourself");
        (await second.GetStringAsync("/counter")).ShouldNotContain("張建國 要代 長輩 操作");
    }

    [Fact]
    public async Task On_the_day_of_majority_the_pass_is_its_owner_s_alone_and_both_are_told()
    {
        using var mother = await ComeAsync("mother@example.org", "媽媽");
        await mother.AddChildAsync("小成", Today.AddYears(-18).AddDays(1));
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindChildAsync(mother, "小成");
        using var grown = await city.ComeInAtTheCounterAsync(first, second, visit, "成小成");
        (await AddContactAsync(grown, "cheng@example.org")).ShouldBe("?done=added");
        var (serial, code) = await city.GetCardAsync(first, second, visit, "274918");
        var (family, guardian, child) = (city.Get<FamilyStore>(), await mother.IdAsync(), await grown.IdAsync());
        var account = await GiveAsync(child, 1_000);
        await ActAsync(mother);
        (await mother.GetStringAsync("/")).ShouldContain("正在幫 小成 操作");

        city.Clock.Advance(TimeSpan.FromDays(1));

        (await mother.GetStringAsync("/")).ShouldNotContain("正在幫", customMessage: "in the session that was open");
        (await mother.GetStringAsync("/me/family")).ShouldNotContain("小成");
        (await family.ActForAsync(guardian, Guid.NewGuid(), child, Stop)).ShouldBeFalse();
        (await city.BalanceAsync(account)).ShouldBe(1_000);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var paid = await till.SubmitAsync(
            "/till", "name=\"Code\"", ("Amount", "900"), ("Code", code.Text), ("Pin", "274918"));
        (await city.BalanceAsync(account)).ShouldBeLessThan(1_000, "card and PIN are as they were");

        await city.Get<HandOvers>().TellAsync(Stop);
        await city.Get<HandOvers>().TellAsync(Stop);
        await city.LetterAsync("mother@example.org", "小成 成年了");
        await city.LetterAsync("cheng@example.org", "市民通完全是你的");
        await city.LettersGoneAsync();
        (await city.LettersAsync("mother@example.org", "小成 成年了")).Count.ShouldBe(1);

        using var adult = city.Visit();
        await adult.SignInAsync(city, "cheng@example.org");
        (await AddContactAsync(adult, "cheng-own@example.org")).ShouldBe("?done=added");
        (await adult.GetStringAsync("/me/data/access")).ShouldContain("媽媽");
        (await adult.GetStringAsync("/me/cards")).ShouldContain($"{serial}"[^4..]);
        (await mother.GetStringAsync("/me/data.json")).ShouldNotContain("cheng-own@example.org");
    }

    [Fact]
    public async Task A_mission_above_one_s_level_says_how_to_reach_it_and_earns_nothing()
    {
        using var person = await ComeAsync("level-one@example.org", "一級");
        var spot = city.Rally().Activities[0];
        Task<Answer> AnswerAsync(HttpClient who) => who.SendAsync(
            $"/api/v1/spots/{city.CodeOf(spot.Spot!)}/answers",
            $$"""
            {"id":"{{Guid.NewGuid()}}","mission":"{{GrownUpCity.CheckedRally}}","answer":{{spot.Quiz!.Answer}}}
            """);

        var refused = await AnswerAsync(person);
        refused.ShouldBeRefused(HttpStatusCode.Conflict, "level_too_low");
        refused.Body.GetProperty("detail").GetString()!.ShouldContain("櫃台");
        (await person.GetStringAsync($"/spots/{city.CodeOf(spot.Spot!)}?mission={GrownUpCity.CheckedRally}"))
            .ShouldContain("/me/level?need=2");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from missions.act where person = @Value", await person.IdAsync())).ShouldBe(0);

        using var checked_ = await city.SignInAsync(Cast.HuangZhiming);
        (await AnswerAsync(checked_)).Status.ShouldBe(HttpStatusCode.OK);
    }

    async Task<HttpClient> ComeAsync(string contact, string name)
    {
        var person = city.Visit();
        await person.SignInAsync(city, contact);
        using var scope = city.Services.CreateScope();
        await scope.ServiceProvider.GetRequiredService<PersonStore>().RenameAsync(
            await person.IdAsync(), name, "zh-TW", Stop);
        city.Get<Sessions>().Refresh(await person.IdAsync());
        return person;
    }

    async Task<string> GiveMandateAsync(HttpClient elder, string contact, DateOnly? lastDay = null)
    {
        using var given = await elder.SubmitAsync(
            "/me/family", MandateForm, ("contact", contact),
            ("lastDay", $"{lastDay ?? Today.AddMonths(6):yyyy-MM-dd}"));
        return given.RequestMessage!.RequestUri!.Query;
    }

    static async Task<string> SendAsync(HttpClient person, string form)
    {
        using var sent = await person.SubmitAsync("/me/family", form);
        return sent.RequestMessage!.RequestUri!.Query;
    }

    /// <summary>For whom they represent: one alone in these tests.</summary>
    static async Task ActAsync(HttpClient person)
    {
        using var acts = await person.SubmitAsync("/me/family", "action=\"/me/family/act\"");
        (await acts.PageAsync()).ShouldContain("正在幫");
    }

    /// <summary>The first officer, with the one who is represented and the other's phone before them.</summary>
    async Task<string> RecordAsync(
        HttpClient officer, HttpClient person, HttpClient representative, DateOnly? lastDay = null,
        string ground = "guardianship")
    {
        var visit = await officer.FindAsync(await person.CounterCodeAsync());
        using var recorded = await officer.SubmitAsync(
            visit.PathAndQuery, "action=\"/counter/representations\"", ("ground", ground),
            ("code", await representative.CounterCodeAsync()),
            ("lastDay", $"{lastDay ?? Today.AddYears(3):yyyy-MM-dd}"));
        return recorded.RequestMessage!.RequestUri!.Query;
    }

    async Task<string> DecideAsync(HttpClient officer, string what, Guid check)
    {
        var page = await officer.GetStringAsync("/counter");
        using var decided = await officer.SendFormAsync(
            new Uri(city.Address, "/counter"),
            page.Replace("/counter/find", $"/counter/representations/{what}", StringComparison.Ordinal),
            "name=\"who\"", ("check", check.ToString()));
        return decided.RequestMessage!.RequestUri!.Query;
    }

    async Task<Guid> CheckOfAsync(HttpClient person)
    {
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        return await connection.ExecuteScalarAsync<Guid>(
            "select id from pass.representation_check where person = @Value order by recorded_at desc limit 1",
            await person.IdAsync());
    }

    async Task<AccountId> GiveAsync(PersonId person, long amount)
    {
        var account = await city.Get<PersonAccounts>().OfAsync(person, city.Pack.MainCurrency.Id, Stop);
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", Stop);
        await city.PostAsync(new Transfer(Guid.NewGuid(), budget, account, amount, TransferCode.Earn));
        return account;
    }

    async Task<string> AddContactAsync(HttpClient person, string contact)
    {
        using var asked = await person.SubmitAsync(
            "/me/contacts", "action=\"/me/contacts/add\"", ("contact", contact));
        using var confirmed = await person.SendFormAsync(
            asked.RequestMessage!.RequestUri!, await asked.PageAsync(), "name=\"code\"",
            ("code", await city.LatestCodeAsync(contact)));
        return confirmed.RequestMessage!.RequestUri!.Query;
    }
}
