using System.Net;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Access;

/// <summary>What officers see of a person is written down before, with the purpose that they chose.</summary>
public sealed class SeenByOfficersTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>What the page of a visit shows.</summary>
    const string Visit = "name contacts_masked level name_seen residence representatives";

    [Fact]
    public async Task Who_looks_says_why_and_each_page_of_the_visit_is_written_down_for_it()
    {
        using var person = await ComeInAsync("looked-at@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);

        var visit = await officer.FindAsync(await person.CounterCodeAsync(), "residence");
        (await officer.GetStringAsync($"{visit.AbsolutePath}/cards")).ShouldContain("市民卡");
        (await second.GetStringAsync(visit)).ShouldContain("l•••@example.org");

        (await AccessesAsync(person)).ShouldBe(
        [
            (Cast.WangYating, "residence", "that_you_are_here", true),
            (Cast.WangYating, "residence", Visit, true),
            (Cast.WangYating, "residence", "name cards", true),
            (Cast.ZhangJianguo, "second_officer", Visit, true),
        ], ignoreOrder: true);
        await city.LetterAsync("looked-at@example.org", "市府人員查看了你的資料");
        await city.LettersGoneAsync();
        (await city.LettersAsync("looked-at@example.org", "市府人員查看了你的資料")).Count
            .ShouldBe(2, "one of each officer's visit, not one of each page");
    }

    [Theory]
    [InlineData("")]
    [InlineData("curiosity")]
    [InlineData("second_officer")]
    public async Task A_search_without_one_of_the_purposes_is_refused_and_changes_nothing(string purpose)
    {
        using var person = await ComeInAsync($"no-purpose-{purpose}@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        var code = await person.CounterCodeAsync();

        (await officer.FindAsync(code, purpose)).Query.ShouldBe("?problem=purpose_missing");
        (await officer.GetStringAsync("/counter?problem=purpose_missing")).ShouldContain("請先選擇為什麼要查");

        (await AccessesAsync(person)).ShouldBeEmpty();
        (await person.GetStringAsync("/me/level")).ShouldNotContain("王雅婷");
        (await officer.FindAsync(code)).AbsolutePath.ShouldStartWith("/counter/visits/", Case.Sensitive, "not used up");
    }

    [Fact]
    public async Task An_officer_who_comes_back_when_the_visit_is_over_is_written_down_as_refused()
    {
        using var person = await ComeInAsync("over@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        var visit = await officer.FindAsync("over@example.org", "card");
        city.Clock.Advance(CounterSteps.VisitLasts);

        using var late = await officer.GetAsync(visit);

        late.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await AccessesAsync(person)).Where(line => !line.IsGiven).ShouldBe(
            [(Cast.WangYating, "card", Visit, false)]);
    }

    [Fact]
    public async Task What_waits_for_a_second_officer_is_seen_by_whoever_opens_the_list_and_by_whoever_decides()
    {
        using var person = await ComeInAsync("two-officers@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await first.RecordAsync(await first.FindAsync("two-officers@example.org"), "兩位人員");
        var before = (await AccessesAsync(person)).Count(line => line.Officer == Cast.ZhangJianguo);

        (await second.GetStringAsync("/counter")).ShouldContain("兩位人員");
        (await AccessesAsync(person)).Count(line => line.Officer == Cast.ZhangJianguo).ShouldBe(before + 1);
        var check = (await city.Get<CounterChecks>().OfAsync(await person.IdAsync(), default))[0].Id;
        using var approved = await second.DecideAsync(check);

        approved.RequestMessage!.RequestUri!.Query.ShouldBe("?done=approved");
        // The list before the form, the decision, and the list after it, where it does not stand any more.
        (await AccessesAsync(person)).Where(line => line.Officer == Cast.ZhangJianguo)
            .ShouldAllBe(line => line.Purpose == "second_officer" && line.What == "name_seen document");
        (await AccessesAsync(person)).Count(line => line.Officer == Cast.ZhangJianguo).ShouldBe(before + 3);
    }

    [Fact]
    public async Task What_cannot_be_written_down_is_not_shown()
    {
        using var person = await ComeInAsync("unwritten@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        var visit = await officer.FindAsync("unwritten@example.org");
        await officer.RecordAsync(visit, "寫不下來");
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("alter table pass.access rename to access_away");
        try
        {
            foreach (var page in new[] { visit.AbsolutePath, $"{visit.AbsolutePath}/cards", "/counter" })
            {
                using var answer = await officer.GetAsync(page);
                answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError, page);
                var text = await answer.Content.ReadAsStringAsync();
                text.ShouldNotContain("寫不下來");
                text.ShouldNotContain("u•••@example.org");
            }

        }
        finally
        {
            await connection.ExecuteAsync("alter table pass.access_away rename to access");
        }
    }

    async Task<HttpClient> ComeInAsync(string contact)
    {
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        return client;
    }

    async Task<IReadOnlyList<(string Officer, string Purpose, string What, bool IsGiven)>> AccessesAsync(
        HttpClient person)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<(Guid Officer, string Purpose, string[] What, bool IsGiven)>(
            "select officer, purpose, what, is_given from pass.access where person = @Value order by at, id",
            await person.IdAsync());
        return [.. rows.Select(row => (
            new[] { Cast.WangYating, Cast.ZhangJianguo }.Single(o => PersonId.OfCast(o).Value == row.Officer),
            row.Purpose, string.Join(' ', row.What), row.IsGiven))];
    }
}
