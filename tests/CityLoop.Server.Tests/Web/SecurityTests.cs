using System.Net;
using System.Net.Http.Json;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Web;

public sealed class SecurityTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>Login CSRF, too: it is the form by which somebody would be signed in as a stranger.</summary>
    [Fact]
    public async Task A_form_that_another_site_sends_is_refused_though_its_token_is_right()
    {
        using var client = city.Visit();
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");

        using var answer = await client.SubmitAsync("/sign-in", "name=\"Contact\"", ("Contact", "meiling@example.org"));

        (await answer.PageAsync(HttpStatusCode.BadRequest)).ShouldContain("不是從本站送出的");
    }

    [Fact]
    public async Task A_token_of_another_person_is_refused()
    {
        using var resident = await city.SignInAsync(Cast.LinMeiling);
        using var officer = await city.SignInAsync(Cast.WangYating);
        var page = await officer.GetStringAsync("/me");

        using var answer = await resident.SendFormAsync(new Uri(city.Address, "/me"), page, "action=\"/sign-out\"");

        await answer.PageAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_call_that_a_form_of_another_site_could_make_is_not_taken()
    {
        using var client = city.Visit();

        using var answer = await client.PostAsync(
            "/api/v1/sign-in/code", new FormUrlEncodedContent([KeyValuePair.Create("contact", "a@example.org")]));

        (await answer.ProblemCodeAsync(HttpStatusCode.UnsupportedMediaType)).ShouldBe("send_json");
    }

    [Fact]
    public async Task Cookies_stay_in_this_site_and_out_of_scripts()
    {
        using var client = city.Visit(followsRedirects: false);
        using var shown = await client.GetAsync("/sign-in");
        using var asked = await client.SubmitAsync("/sign-in", "name=\"Contact\"", ("Contact", "meiling@example.org"));
        using var entered = await client.SubmitAsync(
            "/sign-in/code", "name=\"Code\"", ("Code", await city.LatestCodeAsync("meiling@example.org")));
        using var spoken = await client.SubmitAsync("/me", "action=\"/language\"", ("language", "en"));
        client.DefaultRequestHeaders.Add(Security.ApiHeader, "1");
        using var offered = await client.PostAsync("/api/v1/me/passkeys/offer", null);
        using var challenged = await client.PostAsync("/api/v1/sign-in/passkey/challenge", null);

        string[] SetBy(HttpResponseMessage answer) => [.. answer.Headers.GetValues("Set-Cookie")];
        var cookies = new[] { shown, asked, entered, spoken, offered, challenged }.SelectMany(SetBy).ToList();

        cookies.Select(c => c.Split('=')[0]).Distinct()
            .ShouldBe(["form", "code", "pass", "known", "language", "passkey"], ignoreOrder: true);
        // Both ceremonies keep their challenge so that no link and no form of another site brings it along.
        new[] { offered, challenged }.SelectMany(SetBy).ShouldAllBe(
            c => c.StartsWith("passkey=", StringComparison.Ordinal) && c.Contains("samesite=strict"));
        cookies.ShouldAllBe(c => c.Contains("httponly", StringComparison.OrdinalIgnoreCase));
        cookies.ShouldAllBe(c => c.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase)
            || c.Contains("samesite=strict", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Nobody_is_believed_about_a_proxy_that_is_not_configured()
    {
        using var client = city.Visit();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");

        using var answer = await client.GetAsync("/sign-in");

        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
        answer.Headers.GetValues("Set-Cookie").ShouldAllBe(
            c => !c.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_read()
    {
        using var client = await city.SignInAsync(Cast.LinMeiling);

        using var answer = await client.PostAsJsonAsync(
            "/api/v1/me/passkeys", new { credential = new string('x', (int)Security.BodyBytesMax) });

        (await answer.ProblemCodeAsync(HttpStatusCode.RequestEntityTooLarge)).ShouldBe("request_too_large");
    }

    [Theory]
    [InlineData("https://elsewhere.example/", "/")]
    [InlineData("//elsewhere.example/", "/")]
    [InlineData("/\\elsewhere.example/", "/")]
    [InlineData("/\t/elsewhere.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    [InlineData("/me?a=b#c", "/me?a=b#c")]
    [InlineData("/missions/2026/rally", "/missions/2026/rally")]
    public void A_reader_is_sent_back_to_our_own_pages_only(string? asked, string sent) =>
        LocalAddress.Or(asked, "/").ShouldBe(sent);

    [Theory]
    [InlineData("https%3A%2F%2Felsewhere.example%2F")]
    [InlineData("%2F%2Felsewhere.example%2F")]
    public async Task Signing_in_never_ends_on_another_site(string back)
    {
        using var client = city.Visit(followsRedirects: false);
        using var asked = await client.SubmitAsync(
            $"/sign-in?returnUrl={back}", "name=\"Contact\"", ("Contact", "emma@example.org"));

        using var entered = await client.SubmitAsync(
            "/sign-in/code", "name=\"Code\"", ("Code", await city.LatestCodeAsync("emma@example.org")));

        entered.StatusCode.ShouldBe(HttpStatusCode.Found);
        new Uri(city.Address, entered.Headers.Location!).ShouldBe(city.Address);
    }
}
