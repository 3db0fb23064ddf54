using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Pass.Counter;

/// <summary>Two officers at a counter make one check of who somebody is.</summary>
public sealed class IdentityCheckTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task One_officer_sees_the_document_another_approves_and_the_person_reads_who_did_what()
    {
        using var person = await ComeInAsync("checked@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);

        var visit = await first.FindAsync(await person.CounterCodeAsync());
        visit.AbsolutePath.ShouldStartWith("/counter/visits/");
        (await first.GetStringAsync(visit)).ShouldContain("c•••@example.org");
        (await first.RecordAsync(visit, "陳小華")).ShouldBe("?done=recorded");
        (await person.LevelAsync()).ShouldBe(1, "one pair of eyes");
        var waiting = await second.GetStringAsync("/counter");
        waiting.ShouldContain("陳小華");
        waiting.ShouldContain("王雅婷");
        using var approved = await second.DecideAsync(await CheckOfAsync(person));

        approved.RequestMessage!.RequestUri!.Query.ShouldBe("?done=approved");
        (await person.LevelAsync()).ShouldBe(2);
        var page = await person.GetStringAsync("/me/level");
        page.ShouldContain("用你出示的櫃台碼找到你");
        page.ShouldContain("確認你的身分");
        page.ShouldContain("張建國");
        await city.LetterAsync("checked@example.org", "你的身分已核對");
    }

    [Fact]
    public async Task Nobody_is_both_officers_and_nobody_checks_themselves()
    {
        using var person = await ComeInAsync("foureyes@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await first.RecordAsync(await first.FindAsync("foureyes@example.org"), "四眼");
        var check = await CheckOfAsync(person);

        using var alone = await first.DecideAsync(check);
        alone.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=needs_another_officer");
        (await first.FindAsync(city.ContactOf(Cast.WangYating))).Query.ShouldBe("?problem=not_of_yourself");
        (await first.FindAsync(await first.CounterCodeAsync())).Query.ShouldBe("?problem=not_of_yourself");

        // The second officer's own check, recorded by the first: not even as the other pair of eyes.
        await first.RecordAsync(await first.FindAsync(city.ContactOf(Cast.ZhangJianguo)), "張建國");
        using var own = await second.DecideAsync(await CheckOfAsync(second));
        own.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=not_of_yourself");
        (await second.GetStringAsync("/counter")).ShouldNotContain("張建國</b>");
        (await person.LevelAsync()).ShouldBe(1);
        (await second.LevelAsync()).ShouldBe(1);
        await using var connection = await city.Database.OpenConnectionAsync();
        var around = await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(
            "update pass.identity_check set second_officer = first_officer, approved_at = now() where id = @check",
            new { check }));
        around.SqlState.ShouldBe(PostgresErrorCodes.CheckViolation, "the table itself refuses it");
    }

    [Fact]
    public async Task What_is_not_approved_in_half_an_hour_is_recorded_anew()
    {
        using var person = await ComeInAsync("slow@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindAsync("slow@example.org");
        await first.RecordAsync(visit, "慢慢來");

        city.Clock.Advance(CounterChecks.ApproveWithin + TimeSpan.FromSeconds(1));

        using var late = await second.DecideAsync(await CheckOfAsync(person));
        late.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=visit_over");
        (await second.GetStringAsync("/counter")).ShouldNotContain("慢慢來");
        (await first.GetAsync(visit)).StatusCode.ShouldBe(HttpStatusCode.NotFound, "the visit is over, too");
        (await person.LevelAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_check_can_be_withdrawn_and_the_person_is_told()
    {
        using var person = await ComeInAsync("withdrawn@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await first.RecordAsync(await first.FindAsync("withdrawn@example.org"), "看錯了");
        var check = await CheckOfAsync(person);
        using var approved = await second.DecideAsync(check);
        (await person.LevelAsync()).ShouldBe(2);

        using var withdrawn = await first.DecideAsync(check, "withdraw");
        withdrawn.RequestMessage!.RequestUri!.Query.ShouldBe("?done=withdrawn");
        using var again = await second.DecideAsync(check);
        again.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=decided_before");

        (await person.LevelAsync()).ShouldBe(1);
        await city.LetterAsync("withdrawn@example.org", "你的身分核對已撤回");
    }

    [Fact]
    public async Task A_counter_code_works_once_for_two_minutes_and_the_newest_alone()
    {
        using var person = await ComeInAsync("codes@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        var replaced = await person.CounterCodeAsync();
        var code = await person.CounterCodeAsync();

        (await officer.FindAsync(replaced)).Query.ShouldBe("?problem=nobody_found");
        (await officer.FindAsync(code)).AbsolutePath.ShouldStartWith("/counter/visits/");
        (await officer.FindAsync(code)).Query.ShouldBe("?problem=nobody_found");
        var late = await person.CounterCodeAsync();
        city.Clock.Advance(CounterCodes.Life);
        (await officer.FindAsync(late)).Query.ShouldBe("?problem=nobody_found");
    }

    [Fact]
    public async Task Who_has_not_found_somebody_records_nothing_about_them()
    {
        using var person = await ComeInAsync("unfound@example.org");
        using var officer = await city.SignInAsync(Cast.ZhangJianguo);
        var page = await officer.GetStringAsync("/counter");

        using var recorded = await officer.SendFormAsync(
            new Uri(city.Address, "/counter"),
            page.Replace("/counter/find", "/counter/checks", StringComparison.Ordinal),
            "name=\"who\"", ("visit", (await person.IdAsync()).Value.ToString()), ("purpose", "identity"),
            ("document", "passport"), ("name", "x"));

        recorded.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=visit_over");
        using var resident = await person.GetAsync("/counter");
        resident.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Nobody_guesses_a_representative_s_code()
    {
        // Whatever another test tried in vain is forgotten.
        city.Clock.Advance(TimeSpan.FromMinutes(11));
        using var ward = await ComeInAsync("guessed-ward@example.org");
        using var officer = await city.SignInAsync(Cast.ZhangJianguo);
        using var representative = await city.SignInAsync(Cast.LinMeiling);
        var visit = await officer.FindAsync(await ward.CounterCodeAsync());
        var page = await officer.GetStringAsync(visit.PathAndQuery);
        async Task<string> TypeAsync(string code)
        {
            using var recorded = await officer.SendFormAsync(
                visit, page, "action=\"/counter/representations\"", ("ground", "guardianship"), ("code", code),
                ("lastDay", $"{city.Get<CityClock>().Today:yyyy-MM-dd}"));
            return recorded.RequestMessage!.RequestUri!.Query;
        }

        for (var guess = 0; guess < FindPerson.WrongTriesMax; guess++)
            (await TypeAsync($"0000 {guess:D4}")).ShouldBe("?problem=representative_not_found");

        (await TypeAsync(await representative.CounterCodeAsync())).ShouldBe("?problem=too_many_searches");
        (await officer.FindAsync("guessed-ward@example.org")).Query.ShouldBe("?problem=too_many_searches");
        city.Clock.Advance(TimeSpan.FromMinutes(11));
        (await officer.FindAsync("guessed-ward@example.org")).AbsolutePath.ShouldStartWith("/counter/visits/");
    }

    async Task<HttpClient> ComeInAsync(string contact)
    {
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        return client;
    }

    async Task<Guid> CheckOfAsync(HttpClient person) =>
        (await city.Get<CounterChecks>().OfAsync(await person.IdAsync(), default))[0].Id;
}
