using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using CityLoop.Server.Web;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Profile;

/// <summary>What a person tells about themselves, and what that changes.</summary>
public sealed class ProfileTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Wishes_change_every_page_at_once_and_its_words()
    {
        using var person = await ComeInAsync("wishes@example.org");
        (await person.GetStringAsync("/me/contacts")).ShouldContain("用來登入，也讓我們在有事時通知你。");

        using var saved = await person.SubmitAsync(
            "/me/profile", "name=\"wish\"", ("wish", "large_text"), ("wish", "plain_language"), ("wish", "<script>"));

        saved.RequestMessage!.RequestUri!.Query.ShouldBe("?done=saved");
        var page = await person.GetStringAsync("/me/contacts");
        page.ShouldContain("class=\"large_text plain_language\" data-person=");
        page.ShouldContain("你用它登入。有事我們會寫信給你。");
        var style = await person.GetStringAsync("/tokens.css");
        style.ShouldContain(":root.large_text { font-size: 125%; }");
        style.ShouldContain(":root.contrast {");
        using var stranger = city.Visit();
        (await stranger.GetStringAsync("/sign-in")).ShouldContain("<html lang=\"zh-Hant-TW\" data-person=\"\">");
    }

    [Fact]
    public async Task Residence_is_told_and_an_officer_who_saw_a_paper_confirms_it()
    {
        using var person = await ComeInAsync("commuter@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var told = await person.SubmitAsync(
            "/me/profile", "name=\"kind\"", ("kind", "commuter"), ("district", "66000040"));
        (await told.PageAsync()).ShouldContain("自己填寫");

        var visit = await officer.FindAsync(await person.CounterCodeAsync());
        using var confirmed = await officer.SubmitAsync(visit.PathAndQuery, "action=\"/counter/residence\"");

        confirmed.RequestMessage!.RequestUri!.Query.ShouldBe("?done=residence");
        var confirmedPage = await person.GetStringAsync("/me/profile");
        confirmedPage.ShouldContain("櫃台核對過");
        var since = Dates.DayAndYear(city.Get<CityClock>().Today, "zh-TW");
        confirmedPage.ShouldContain($"{since} 起");
        (await officer.GetStringAsync(visit.PathAndQuery)).ShouldContain($"{since} 起");
        (await person.GetStringAsync("/me/level")).ShouldContain("核對你的居住資料");
        // The same again keeps what the officer saw; something else is the person's own word.
        (await person.SubmitAsync("/me/profile", "name=\"kind\"", ("kind", "commuter"), ("district", "66000040")))
            .Dispose();
        (await person.GetStringAsync("/me/profile")).ShouldContain("櫃台核對過");
        (await person.SubmitAsync("/me/profile", "name=\"kind\"", ("kind", "resident"), ("district", "66000040")))
            .Dispose();
        (await person.GetStringAsync("/me/profile")).ShouldContain("自己填寫");
    }

    [Fact]
    public async Task What_an_officer_confirms_is_what_stood_before_them()
    {
        using var person = await ComeInAsync("moves@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        (await person.SubmitAsync("/me/profile", "name=\"kind\"", ("kind", "visitor"), ("district", "")))
            .Dispose();
        var visit = await officer.FindAsync(await person.CounterCodeAsync());
        var seen = await officer.GetStringAsync(visit.PathAndQuery);

        (await person.SubmitAsync("/me/profile", "name=\"kind\"", ("kind", "resident"), ("district", "66000040")))
            .Dispose();
        using var pressed = await officer.SendFormAsync(visit, seen, "action=\"/counter/residence\"");

        (await pressed.PageAsync()).ShouldContain("剛才改過");
        (await person.GetStringAsync("/me/profile")).ShouldContain("自己填寫");
    }

    [Fact]
    public async Task Each_letter_goes_by_the_channels_that_were_chosen_for_its_topic()
    {
        using var person = await ComeInAsync("two-roads@example.org");
        var id = await person.IdAsync();
        await using (var connection = await city.Database.OpenConnectionAsync())
            await connection.ExecuteAsync(
                """
                insert into pass.contact (value, kind, person, verified_at)
                values ('+886912333444', 'phone', @Value, now())
                """, id);
        using var saved = await person.SubmitAsync(
            "/me/letters", "name=\"wanted\"", ("wanted", "points:email"), ("wanted", "access:phone"));
        saved.StatusCode.ShouldBe(HttpStatusCode.OK);
        var letters = city.Get<LetterWriter>();
        (Topic Topic, string Letter, string Subject, int Email, int Phone)[] sent =
        [
            (Topic.Points, "identityChecked", "你的身分已核對", 1, 0),
            (Topic.Access, "officerLooked", "市府人員查看了", 0, 1),
            (Topic.Safety, "identityWithdrawn", "你的身分核對已撤回", 1, 1),
        ];

        foreach (var one in sent)
            await letters.TellAsync(id, one.Topic, one.Letter, default);

        await city.LettersGoneAsync();
        foreach (var one in sent)
        {
            (await city.LettersAsync("two-roads@example.org", one.Subject)).Count.ShouldBe(one.Email, $"{one.Topic}");
            (await city.LettersAsync("0912 333 444", one.Subject)).Count.ShouldBe(one.Phone, $"{one.Topic}");
        }
    }

    [Fact]
    public async Task Letters_that_are_not_wanted_are_not_written_and_warnings_always_are()
    {
        using var person = await ComeInAsync("quiet@example.org");
        using var saved = await person.SubmitAsync(
            "/me/letters", "name=\"wanted\"", ("wanted", "points:email"));
        saved.StatusCode.ShouldBe(HttpStatusCode.OK);
        var letters = city.Get<LetterWriter>();
        var id = await person.IdAsync();

        // Any text does: the choice is by topic.
        await letters.TellAsync(id, Topic.Access, "passkeyRemoved", default);
        await letters.TellAsync(id, Topic.Points, "identityChecked", default);
        await letters.TellAsync(id, Topic.Safety, "identityWithdrawn", default);

        await city.LetterAsync("quiet@example.org", "你的身分已核對");
        await city.LetterAsync("quiet@example.org", "你的身分核對已撤回");
        await city.LettersGoneAsync();
        (await city.LettersAsync("quiet@example.org", "少了一台裝置")).ShouldBeEmpty();
    }

    async Task<HttpClient> ComeInAsync(string contact)
    {
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        return client;
    }
}
