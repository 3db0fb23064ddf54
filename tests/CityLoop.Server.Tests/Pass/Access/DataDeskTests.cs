using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.SignOn;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Access;

/// <summary>The city's committee sees purposes, volumes and refusals, and nobody's life.</summary>
public sealed class DataDeskTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task The_committee_reads_purposes_volumes_and_refusals_without_people()
    {
        city.Clock.Advance(TimeSpan.FromDays(70));
        var people = await PeopleAsync(40);
        var service = (await ServiceProgram.RegisterAsync(city, "游泳池")).Service;
        await SeeAsync(people[..30], "card");
        await SeeAsync(people[..30], "card");
        await SeeAsync(people[..12], "question");
        // Four people asked something: hidden, and with it the next smallest, or the sum would tell.
        await SeeAsync(people[..4], "correction");
        await using (var connection = await city.Database.OpenConnectionAsync())
            foreach (var person in people[..20])
                await city.Get<AccessLog>().WriteAsync(connection, new()
                {
                    Person = person, Kind = AccessBy.Service, By = service.ClientId, What = ["name"],
                    Purpose = AccessText.Of(service.Purposes), IsGiven = false,
                }, default);
        var today = city.Get<CityClock>().Today;
        (await city.Get<AccessSums>().ReadAsync(default)).ShouldNotContain(
            sum => sum.Month.Month == today.Month, "today is not over");
        city.Clock.Advance(TimeSpan.FromDays(1));

        var page = await Browser.OpenAsync(city);
        await page.SetViewportSizeAsync(1440, 900);
        await page.SignInAsync(city, Cast.LiShufen, "/desk/data");
        var rows = (await page.Locator("main section").First.Locator("tbody tr").AllInnerTextsAsync())
            .Select(row => string.Join('|', row.Split('\t', StringSplitOptions.TrimEntries))).ToList();
        rows.ShouldBe(
        [
            "全部|所有目的|76|30|20",
            "市府櫃台|辦理市民卡|60|30|0",
            "市府櫃台|回答本人的問題|不顯示|不顯示|0",
            "市府櫃台|更正資料|不顯示|不顯示|0",
            "游泳池|為了測試|0|0|20",
        ]);
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("desk-data", fullPage: true);
        (await page.Locator("main").InnerTextAsync()).ShouldNotContain("王雅婷");

        using var auditor = await city.SignInAsync(Cast.LiShufen);
        var csv = await auditor.GetStringAsync("/desk/data.csv");
        csv.ShouldContain("市府櫃台,辦理市民卡,60,30,0");
        csv.ShouldContain("市府櫃台,更正資料,不顯示,不顯示,0");
        using var resident = await city.SignInAsync(Cast.LinMeiling);
        using var refused = await resident.GetAsync("/desk/data");
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_month_of_few_people_says_nothing_even_by_its_lines_and_an_erased_person_is_no_crowd()
    {
        city.Clock.Advance(TimeSpan.FromDays(70));
        var people = await PeopleAsync(9);
        for (var i = 0; i < 20; i++)
            await SeeAsync(people[..1], "residence");
        await SeeAsync(people, "residence");
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "insert into pass.erasure (person, asked_at, due_at) values (@Value, @now, @now)",
            new { people[0].Value, now = city.Clock.GetUtcNow() });
        (await city.Get<Server.Pass.Data.Erasures>().EraseDueAsync(default)).ShouldBe(1);
        var day = city.Get<CityClock>().Today;
        city.Clock.Advance(TimeSpan.FromDays(1));

        var sums = await city.Get<AccessSums>().ReadAsync(default);

        var month = sums.Where(sum => sum.Month == new DateOnly(day.Year, day.Month, 1)).ToList();
        month.Count.ShouldBe(2);
        month.ShouldAllBe(sum => sum.Given == null && sum.People == null && sum.Refused == 0);
    }

    async Task<PersonId[]> PeopleAsync(int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();
        await using var connection = await city.Database.OpenConnectionAsync();
        foreach (var id in ids)
            await connection.ExecuteAsync(
                """
                insert into pass.person (id, name, language, roles, created_at)
                values (@id, '', 'en', '{resident}', @now)
                """,
                new { id, now = city.Clock.GetUtcNow() });
        return [.. ids.Select(id => new PersonId(id))];
    }

    async Task SeeAsync(PersonId[] people, string purpose)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        foreach (var person in people)
            await city.Get<AccessLog>().WriteAsync(
                connection, OfficerView.Of(PersonId.OfCast(Cast.WangYating), person, purpose, ["name"]), default);
    }
}
