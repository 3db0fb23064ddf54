using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass;

public sealed class SessionsTests(TestCity city) : IClassFixture<TestCity>
{
    readonly Dictionary<HttpClient, CookieContainer> _cookies = [];

    [Fact]
    public async Task Ending_a_session_ends_it_at_once_and_leaves_the_others()
    {
        using var phone = await SignInAsync(Cast.EmmaDubois);
        using var laptop = await SignInAsync(Cast.EmmaDubois);
        var other = (await SessionsOfAsync(Cast.EmmaDubois)).Single(s => s != SessionOf(laptop));

        using var ended = await laptop.SubmitAsync(
            "/me/devices", "action=\"/me/sessions/end\"", ("session", other.ToString()));

        (await ended.PageAsync()).ShouldContain("那台裝置已經登出");
        (await StatusAsync(phone)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(laptop)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_device_is_called_as_its_person_likes_and_by_nobody_else()
    {
        using var phone = city.Visit();
        await phone.SignInAsync(city, "names@example.org");
        using var stranger = await SignInAsync(Cast.ZhangJianguo);
        var session = $"{(await city.Get<Sessions>().OfAsync(await phone.IdAsync(), default)).Single().Id}";
        const string form = "action=\"/me/sessions/name\"";

        using var named = await phone.SubmitAsync(
            "/me/devices", form, ("session", session), ("name", "  廚房的平板 "));
        using var theirs = await stranger.SubmitAsync("/me/devices", form, ("session", session), ("name", "我的"));

        var page = await phone.GetStringAsync("/me/devices");
        page.ShouldContain("<b>廚房的平板</b>");
        // Whoever signs in again in this browser finds the name where it was.
        await phone.SignInAsync(city, "names@example.org");
        (await phone.GetStringAsync("/me/devices")).ShouldContain("<b>廚房的平板</b>");
    }

    [Theory]
    [InlineData("/me/sessions/name", 0, "請填名字。")]
    [InlineData("/me/sessions/name", 41, "名字最多 40 個字。")]
    [InlineData("/me/passkeys/name", 0, "請填名字。")]
    [InlineData("/me/passkeys/name", 41, "名字最多 40 個字。")]
    public async Task A_name_that_no_device_can_have_is_refused_and_its_person_told(
        string action, int length, string told)
    {
        using var phone = city.Visit();
        await phone.SignInAsync(city, "refused-names@example.org");
        var session = $"{(await city.Get<Sessions>().OfAsync(await phone.IdAsync(), default))[0].Id}";
        var page = await phone.GetStringAsync("/me/devices");

        using var answer = await phone.SendFormAsync(
            new Uri(city.Address, "/me/devices"), page.Replace("/me/sessions/name", action, StringComparison.Ordinal),
            $"action=\"{action}\"", ("session", session), ("passkey", "00"), ("name", $" {new string('長', length)} "));

        var shown = await answer.PageAsync();
        shown.ShouldContain(told);
        shown.ShouldNotContain("長長");
    }

    [Fact]
    public async Task Signing_out_everywhere_else_leaves_this_one()
    {
        using var phone = await SignInAsync(Cast.LinMeiling);
        using var tablet = await SignInAsync(Cast.LinMeiling);
        using var laptop = await SignInAsync(Cast.LinMeiling);

        using var ended = await laptop.SubmitAsync("/me/devices", "action=\"/me/sessions/end-others\"");

        (await StatusAsync(phone)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(tablet)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(laptop)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_persons_session_cannot_be_ended()
    {
        using var resident = await SignInAsync(Cast.HuangZhiming);
        using var officer = await SignInAsync(Cast.ZhangJianguo);
        var page = await officer.GetStringAsync("/me");

        using var tried = await officer.SendFormAsync(
            new Uri(city.Address, "/me/sessions/end"),
            page.Replace("/sign-out", "/me/sessions/end", StringComparison.Ordinal),
            "action=\"/me/sessions/end\"", ("session", SessionOf(resident).ToString()));
        await tried.PageAsync();

        (await StatusAsync(resident)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_even_for_a_copy_of_its_cookie()
    {
        using var client = await SignInAsync(Cast.LiShufen);
        using var thief = WithCookie(KeyOf(client));
        (await StatusAsync(thief)).ShouldBe(HttpStatusCode.OK);

        using var left = await client.SubmitAsync("/me", "action=\"/sign-out\"");

        left.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/sign-in?done=signed_out");
        (await StatusAsync(thief)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_that_somebody_put_into_the_browser_does_not_become_the_persons()
    {
        using var attacker = await SignInAsync(Cast.EmmaDubois);
        var planted = KeyOf(attacker);
        using var victim = WithCookie(planted);

        // The victim's browser sends the planted key along; after signing in, that key is dead.
        var answer = await SignInByCallAsync(victim, "meiling@example.org");

        var fresh = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("pass=", StringComparison.Ordinal));
        fresh.ShouldNotContain(planted);
        (await StatusAsync(attacker)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(WithCookie("made-up-by-somebody"))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_table_holds_no_key_that_a_browser_could_use()
    {
        using var client = await SignInAsync(Cast.LinMeiling);
        await using var connection = await city.Database.OpenConnectionAsync();

        var rows = await connection.QueryAsync<string>("select s::text from pass.session s");

        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(row => !row.Contains(KeyOf(client)));
    }

    [Theory]
    [InlineData(Cast.WangYating, 8, false)]
    [InlineData(Cast.LiShufen, 8, false)]
    [InlineData(Cast.LinMeiling, 24 * 59, true)]
    [InlineData(Cast.LinMeiling, 24 * 60, false)]
    public async Task An_unused_session_ends_after_hours_for_staff_and_after_months_for_residents(
        string who, int hours, bool isAlive)
    {
        using var client = await SignInAsync(who);
        city.Clock.Advance(TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(1));

        (await StatusAsync(client)).ShouldBe(isAlive ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(Cast.WangYating, false)]
    [InlineData(Cast.LiShufen, false)]
    [InlineData(Cast.HuangZhiming, true)]
    public async Task A_session_in_use_stays_and_that_of_staff_no_longer_than_a_working_day(string who, bool isAlive)
    {
        using var client = await SignInAsync(who);
        for (var hour = 0; hour < 12; hour++)
        {
            city.Clock.Advance(TimeSpan.FromHours(1));
            (await StatusAsync(client)).ShouldBe(HttpStatusCode.OK);
        }

        var session = SessionOf(client);
        city.Clock.Advance(TimeSpan.FromSeconds(1) + Sessions.TrustedFor);
        (await StatusAsync(client)).ShouldBe(isAlive ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
        // What services were given under it ends with it.
        (await city.Get<SignInProofs>().OfAsync(session, CancellationToken.None) is not null).ShouldBe(isAlive);
    }

    [Fact]
    public async Task A_session_that_another_server_ended_ends_here_within_seconds()
    {
        using var client = await SignInAsync(Cast.HuangZhiming);
        (await StatusAsync(client)).ShouldBe(HttpStatusCode.OK);
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("update pass.session set ended_at = now() where id = @id", new
        { id = SessionOf(client) });

        city.Clock.Advance(Sessions.TrustedFor);

        (await StatusAsync(client)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_restart_of_the_server_signs_nobody_out_and_keeps_open_forms_valid()
    {
        using var client = await SignInAsync(Cast.LinMeiling);
        var page = await client.GetStringAsync("/me");

        await city.RestartAsync();

        using var left = await client.SendFormAsync(new Uri(city.Address, "/me"), page, "action=\"/sign-out\"");
        left.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
        await left.PageAsync();
    }

    [Theory]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
        "iPhone · Safari")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
        "Android · Chrome")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
        "Windows · Edge")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari Line/14.0", "iPhone · LINE")]
    [InlineData("curl/8.5", "?")]
    [InlineData(null, "?")]
    public void A_device_is_called_what_its_owner_calls_it(string? userAgent, string label) =>
        DeviceLabel.Of(userAgent).ShouldBe(label);

    async Task<HttpResponseMessage> SignInByCallAsync(HttpClient client, string contact)
    {
        using var asked = await client.PostAsJsonAsync("/api/v1/sign-in/code", new { contact });
        var ticket = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString();
        var code = await city.LatestCodeAsync(contact);
        return await client.PostAsJsonAsync("/api/v1/sign-in", new { contact, ticket, code });
    }

    HttpClient WithCookie(string key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = city.Address };
        client.DefaultRequestHeaders.Add("Cookie", $"{SessionAuthentication.CookieName}={key}");
        client.DefaultRequestHeaders.Add("X-CityLoop", "1");
        return client;
    }

    static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/me");
        return answer.StatusCode;
    }

    async Task<IReadOnlyList<Guid>> SessionsOfAsync(string who) =>
        [.. (await city.Get<Sessions>().OfAsync(PersonId.OfCast(who), CancellationToken.None)).Select(s => s.Id)];

    async Task<HttpClient> SignInAsync(string who)
    {
        var cookies = new CookieContainer();
        var client = city.Visit(cookies: cookies);
        _cookies[client] = cookies;
        await client.SignInAsync(city, city.ContactOf(who));
        return client;
    }

    string KeyOf(HttpClient client) =>
        _cookies[client].GetCookies(city.Address)[SessionAuthentication.CookieName]!.Value;

    Guid SessionOf(HttpClient client) =>
        city.Get<Sessions>().FindAsync(KeyOf(client), CancellationToken.None).GetAwaiter().GetResult()!.SessionId();
}
