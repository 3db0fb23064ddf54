using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Tests.Credentials.Sharing;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Pass;

/// <summary>
/// A passkey counts only when it asked for face, finger or PIN: one that was merely touched may lie in anybody's hand.
/// </summary>
public sealed class PasskeyVerificationTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_passkey_that_did_not_ask_who_signs_nobody_up_and_nobody_in()
    {
        using var passkey = new SoftPasskey(city);
        using var visitor = Visit();

        using var unasked = await SignUpAsync(visitor, passkey, isVerified: false);
        (await unasked.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("passkey_not_added");
        (await visitor.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var signedUp = await SignUpAsync(visitor, passkey, isVerified: true);
        signedUp.StatusCode.ShouldBe(HttpStatusCode.OK, await signedUp.Content.ReadAsStringAsync());

        using var thief = Visit();
        using var touched = await SignInAsync(thief, passkey, isVerified: false);
        (await touched.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("passkey_not_accepted");
        (await thief.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var owner = Visit();
        using var signedIn = await SignInAsync(owner, passkey, isVerified: true);
        signedIn.StatusCode.ShouldBe(HttpStatusCode.OK, await signedIn.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_passkey_that_did_not_ask_who_is_not_added()
    {
        using var passkey = new SoftPasskey(city);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);

        using var refused = await AddAsync(emma, passkey, isVerified: false);
        (await refused.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("passkey_not_added");
        using var added = await AddAsync(emma, passkey, isVerified: true);
        added.StatusCode.ShouldBe(HttpStatusCode.OK, await added.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_passkey_that_did_not_ask_who_approves_no_proof()
    {
        var school = await ProofService.RegisterAsync(city, "touched-school");
        var request = await school.StartedAsync();
        using var passkey = new SoftPasskey(city);
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        using var added = await AddAsync(meiling, passkey, isVerified: true);
        added.StatusCode.ShouldBe(HttpStatusCode.OK, await added.Content.ReadAsStringAsync());

        using var touched = await ApproveAsync(meiling, passkey, request, isVerified: false);
        (await touched.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("share_passkey_not_accepted");
        (await city.Get<ShareRequests>().FindAsync(request, default))!.AnsweredAt.ShouldBeNull();
        using var approved = await ApproveAsync(meiling, passkey, request, isVerified: true);
        approved.StatusCode.ShouldBe(HttpStatusCode.OK, await approved.Content.ReadAsStringAsync());
    }

    HttpClient Visit()
    {
        var client = city.Visit();
        client.DefaultRequestHeaders.Add(Security.ApiHeader, "1");
        return From(client);
    }

    /// <summary>A browser says where its page is from, and the passkey's answer has to be from there.</summary>
    HttpClient From(HttpClient client)
    {
        client.DefaultRequestHeaders.Remove("Origin");
        client.DefaultRequestHeaders.Add("Origin", city.Address.GetLeftPart(UriPartial.Authority));
        return client;
    }

    static async Task<HttpResponseMessage> SignUpAsync(HttpClient client, SoftPasskey passkey, bool isVerified)
    {
        var options = await AskAsync(client, "/api/v1/sign-up/passkey/offer");
        return await client.PostAsJsonAsync(
            "/api/v1/sign-up/passkey", new { credential = passkey.Make(options, isVerified) });
    }

    static async Task<HttpResponseMessage> SignInAsync(HttpClient client, SoftPasskey passkey, bool isVerified)
    {
        var options = await AskAsync(client, "/api/v1/sign-in/passkey/challenge");
        return await client.PostAsJsonAsync(
            "/api/v1/sign-in/passkey", new { credential = passkey.Answer(options, isVerified), returnUrl = "/" });
    }

    async Task<HttpResponseMessage> AddAsync(HttpClient client, SoftPasskey passkey, bool isVerified)
    {
        var options = await AskAsync(From(client), "/api/v1/me/passkeys/offer");
        return await client.PostAsJsonAsync(
            "/api/v1/me/passkeys", new { credential = passkey.Make(options, isVerified) });
    }

    async Task<HttpResponseMessage> ApproveAsync(
        HttpClient client, SoftPasskey passkey, string request, bool isVerified)
    {
        var notice = (await city.Get<GiveConsent>().OpenAsync(request, default))!.Notice.Fingerprint;
        var options = await AskAsync(client, $"/api/v1/share/{request}/challenge", new { notice });
        return await client.PostAsJsonAsync(
            $"/api/v1/share/{request}/approval", new { notice, credential = passkey.Answer(options, isVerified) });
    }

    static async Task<JsonElement> AskAsync(HttpClient client, string address, object? body = null)
    {
        using var asked = await client.PostAsync(address, body is null ? null : JsonContent.Create(body));
        asked.StatusCode.ShouldBe(HttpStatusCode.OK, await asked.Content.ReadAsStringAsync());
        return await asked.Content.ReadFromJsonAsync<JsonElement>();
    }
}
