using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using CityLoop.Server.Tests.SignOn;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass.Access;

/// <summary>A person reads who saw what of theirs, why, when, and takes back what it hangs on.</summary>
public sealed class MyAccessPageTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_person_reads_on_their_phone_who_saw_what_why_and_when()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        var visit = await officer.FindAsync(city.ContactOf(Cast.LinMeiling), "residence");
        await officer.GetStringAsync($"{visit.AbsolutePath}/cards");
        city.Clock.Advance(TimeSpan.FromDays(1));
        var program = await ServiceProgram.RegisterAsync(city, "圖書館");
        using (var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling))
        {
            var tokens = await program.TokensAsync(meiling, ("scope", "openid profile email"));
            (await program.UserInfoAsync(tokens.GetProperty("access_token").GetString()!)).Dispose();
        }

        using var late = await city.SignInAsync(Cast.WangYating);
        (await late.GetAsync(visit)).Dispose();

        var page = await Browser.OpenAsync(city);
        await page.SetViewportSizeAsync(390, 844);
        await page.SignInAsync(city, Cast.LinMeiling, "/me/data");
        await Assertions.Expect(page.Locator("section[aria-labelledby=accesses] li")).ToHaveCountAsync(3);
        await page.ShouldBeAccessibleAsync();
        await page.ClickAsync("a[href='/me/data/access']");

        var lines = page.Locator("main li");
        // The fourth is of the officers who checked her identity when the demo city was made.
        await Assertions.Expect(lines).ToHaveCountAsync(4);
        var told = (await lines.AllInnerTextsAsync()).Select(text => text.ReplaceLineEndings(" ")).ToList();
        told.ShouldContain(text => text.Contains("圖書館") && text.Contains("名字") && text.Contains("電子郵件")
            && text.Contains("目的：為了測試") && text.Contains("當天 2 次"));
        told.ShouldContain(text => text.Contains("王雅婷") && text.Contains("已拒絕"));
        told.ShouldContain(text => text.Contains("王雅婷") && text.Contains("目的：確認和這個城市的關係")
            && text.Contains("市民卡") && text.Contains("部分遮住的聯絡方式") && text.Contains("當天 3 次"));
        var days = await page.Locator("main h2").AllInnerTextsAsync();
        // The demo's own check may be of an earlier day: other tests of this city move its clock.
        days.Count.ShouldBeInRange(2, 3, "one heading for each day");
        days.ShouldBeUnique();
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("who-saw-my-data", fullPage: true);
        await lines.Filter(new() { HasText = "圖書館" }).GetByRole(AriaRole.Link).ClickAsync();
        await page.WaitForURLAsync("**/me/services");
    }

    [Fact]
    public async Task A_guardian_who_acts_stands_in_the_same_list_and_is_written_once()
    {
        var child = PersonId.OfCast(Cast.LinXiaoAn);
        using var guardian = await city.SignInAsync(Cast.LinMeiling);
        using var acting = await guardian.SubmitAsync(
            "/me/family", "action=\"/me/family/act\"", ("child", child.Value.ToString()));

        var lines = await city.Get<MyAccesses>().OfAsync(child, 10, 0, default);

        lines.Count.ShouldBe(1);
        (lines[0].Kind, lines[0].Person, lines[0].Purpose).ShouldBe(("guardian", "林美玲", "guardian"));
    }

    [Fact]
    public async Task Many_are_turned_over_page_by_page_and_nobody_reads_those_of_somebody_else()
    {
        using var person = city.Visit();
        await person.SignInAsync(city, "often-seen@example.org");
        var me = await person.IdAsync();
        await using (var connection = await city.Database.OpenConnectionAsync())
            for (var day = 0; day < 25; day++)
            {
                await city.Get<AccessLog>().WriteAsync(
                    connection, OfficerView.Of(PersonId.OfCast(Cast.WangYating), me, "question", ["name"]), default);
                city.Clock.Advance(TimeSpan.FromDays(1));
            }

        await person.SignInAsync(city, "often-seen@example.org");
        var first = await person.GetStringAsync("/me/data/access");
        var second = await person.GetStringAsync("/me/data/access?page=2");
        Count(first).ShouldBe(20);
        Count(second).ShouldBe(5);
        first.ShouldContain("/me/data/access?page=2");
        second.ShouldNotContain("/me/data/access?page=3");
        (await person.GetStringAsync("/me/data/access?page=999999999")).ShouldContain("沒有更早的了");
        using var other = await city.SignInAsync(Cast.EmmaDubois);
        Count(await other.GetStringAsync("/me/data/access")).ShouldBe(0);
    }

    [Fact]
    public async Task Who_does_not_want_the_letters_gets_none_and_the_list_stays_whole()
    {
        using var person = city.Visit();
        await person.SignInAsync(city, "no-letters@example.org");
        (await person.SubmitAsync("/me/letters", "name=\"wanted\"", ("wanted", "points:email"))).Dispose();
        using var officer = await city.SignInAsync(Cast.WangYating);

        await officer.FindAsync("no-letters@example.org", "question");

        await city.LettersGoneAsync();
        (await city.LettersAsync("no-letters@example.org", "市府人員查看了你的資料")).ShouldBeEmpty();
        Count(await person.GetStringAsync("/me/data/access")).ShouldBe(1);
    }

    static int Count(string page) => page.Split("王雅婷").Length - 1;
}
