using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>The keys' turns, and the ID token as a ticket for signing out.</summary>
public sealed class SigningKeysTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task The_next_key_is_published_before_its_turn_and_the_old_one_until_what_it_signed_has_run_out()
    {
        var first = (await KidsAsync()).ShouldHaveSingleItem();
        (await city.Get<SigningKeys>().CurrentAsync(default)).Kid.ShouldBe(first);

        city.Clock.Advance(SigningKeys.SignsFor - SigningKeys.PublishedBefore + TimeSpan.FromMinutes(1));
        var both = await KidsAsync();
        both.Count.ShouldBe(2);
        (await city.Get<SigningKeys>().CurrentAsync(default)).Kid.ShouldBe(first, "its turn is not over");

        city.Clock.Advance(SigningKeys.PublishedBefore);
        (await city.Get<SigningKeys>().CurrentAsync(default)).Kid.ShouldBe(both[1]);
        (await KidsAsync()).ShouldBe(both, "what the first signed may still be read");

        city.Clock.Advance(SigningKeys.PublishedAfter);
        (await KidsAsync()).ShouldBe([both[1]]);
        await city.RestartAsync();
        (await KidsAsync()).ShouldBe([both[1]], "another server finds the same keys");
    }

    [Fact]
    public async Task The_discovery_document_says_what_there_is_and_nothing_else()
    {
        using var anybody = city.Visit();
        var document = await anybody.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        var issuer = city.Address.ToString().TrimEnd('/');
        const string authentication = """["client_secret_basic","private_key_jwt","none"]""";

        document.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetRawText()).ShouldBe(
            new Dictionary<string, string>
            {
                ["issuer"] = $"\"{issuer}\"",
                ["authorization_endpoint"] = $"\"{issuer}/oidc/authorize\"",
                ["token_endpoint"] = $"\"{issuer}/oidc/token\"",
                ["userinfo_endpoint"] = $"\"{issuer}/oidc/userinfo\"",
                ["jwks_uri"] = $"\"{issuer}/oidc/keys\"",
                ["pushed_authorization_request_endpoint"] = $"\"{issuer}/oidc/par\"",
                ["revocation_endpoint"] = $"\"{issuer}/oidc/revoke\"",
                ["end_session_endpoint"] = $"\"{issuer}/oidc/sign-out\"",
                ["scopes_supported"] = """["openid","profile","email","phone","offline_access"]""",
                ["claims_supported"] = """
                    ["sub","name","locale","email","email_verified","phone_number","phone_number_verified",
                     "auth_time","acr","amr","sid"]
                    """.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal),
                ["acr_values_supported"] =
                    """["urn:cityloop:level:0","urn:cityloop:level:1","urn:cityloop:level:2"]""",
                ["response_types_supported"] = """["code"]""",
                ["response_modes_supported"] = """["query"]""",
                ["grant_types_supported"] = """["authorization_code","refresh_token"]""",
                ["subject_types_supported"] = """["pairwise"]""",
                ["prompt_values_supported"] = """["none","login","consent"]""",
                ["code_challenge_methods_supported"] = """["S256"]""",
                ["id_token_signing_alg_values_supported"] = """["ES256"]""",
                ["token_endpoint_auth_methods_supported"] = authentication,
                ["token_endpoint_auth_signing_alg_values_supported"] = """["ES256"]""",
                ["revocation_endpoint_auth_methods_supported"] = authentication,
                ["revocation_endpoint_auth_signing_alg_values_supported"] = """["ES256"]""",
                ["authorization_response_iss_parameter_supported"] = "true",
                ["require_pushed_authorization_requests"] = "false",
                ["claims_parameter_supported"] = "false",
                ["request_parameter_supported"] = "false",
                ["request_uri_parameter_supported"] = "false",
            }, ignoreOrder: true);
        foreach (var address in document.EnumerateObject().Where(member => member.Name.EndsWith("_endpoint")))
            (await anybody.GetAsync(address.Value.GetString())).StatusCode
                .ShouldNotBe(HttpStatusCode.NotFound, address.Name);
    }

    [Fact]
    public async Task After_a_theft_the_old_keys_are_gone_from_the_list_at_once_and_sign_nobody_out()
    {
        var program = await ServiceProgram.RegisterAsync(city, "theft");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var stolen = (await program.TokensAsync(meiling)).GetProperty("id_token").GetString();
        var before = await KidsAsync();

        var (gone, begun) = await city.Get<SigningKeys>().ReplaceAllAsync(default);

        before.ShouldBeSubsetOf(gone);
        (await KidsAsync()).ShouldBe([begun]);
        before.ShouldNotContain(begun);
        using var left = await meiling.Client.GetAsync(SignOutAddress(stolen, null));
        left.Headers.Location!.OriginalString.ShouldBe("/sign-on/sign-out", "what the old key signed says nothing");
        (await program.TokensAsync(meiling)).GetProperty("id_token").GetString()!.Split('.')[0]
            .ShouldBe(HeaderOf(begun));
    }

    [Fact]
    public async Task What_another_process_replaced_holds_here_seconds_later()
    {
        var before = await KidsAsync();
        // The operator's verb runs beside the city, with keys of its own in memory.
        await using var beside = new ServiceCollection().AddSingleton(city.Database)
            .AddSingleton<TimeProvider>(city.Clock).AddSingleton(city.Get<IDataProtectionProvider>())
            .AddSingleton<SigningKeys>().BuildServiceProvider();

        var (_, begun) = await beside.GetRequiredService<SigningKeys>().ReplaceAllAsync(default);
        city.Clock.Advance(SigningKeys.TrustedFor);

        (await KidsAsync()).ShouldBe([begun]);
        before.ShouldNotContain(begun);
    }

    [Fact]
    public async Task The_table_holds_no_private_key_that_could_be_read()
    {
        var published = await KidsAsync();
        await using var database = await city.Database.OpenConnectionAsync();

        var rows = (await database.QueryAsync<string>("select sealed_key from sign_on.signing_key")).ToList();

        rows.Count.ShouldBeGreaterThanOrEqualTo(published.Count);
        rows.ShouldAllBe(row => row.StartsWith("CfDJ8", StringComparison.Ordinal), "data protection's own seal");
    }

    [Theory]
    [InlineData("https://service.example/bye", "https://service.example/bye?state=s")]
    [InlineData("https://evil.example/bye", "/sign-in?done=signed_out")]
    [InlineData(null, "/sign-in?done=signed_out")]
    public async Task A_service_signs_its_person_out_and_gets_them_back_at_a_registered_address(
        string? back, string arrives)
    {
        var program = await ServiceProgram.RegisterAsync(city, "bye");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var tokens = await program.TokensAsync(meiling);

        var hint = tokens.GetProperty("id_token").GetString();
        using var left = await meiling.Client.GetAsync(SignOutAddress(hint, back));

        left.Headers.Location!.OriginalString.ShouldBe(arrives);
        using var me = await meiling.Client.GetAsync("/me");
        me.StatusCode.ShouldBe(HttpStatusCode.Found);
        me.Headers.Location!.OriginalString.ShouldStartWith("/sign-in");
    }

    [Fact]
    public async Task Nobody_signs_another_out_with_a_link()
    {
        var program = await ServiceProgram.RegisterAsync(city, "forged-bye");
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var emmas = (await program.TokensAsync(emma)).GetProperty("id_token").GetString()!;
        string?[] hints = [null, emmas, "eyJhbGciOiJub25lIn0.e30.", emmas[..^4] + "AAAA"];

        foreach (var hint in hints)
        {
            using var asked = await meiling.Client.GetAsync(SignOutAddress(hint, "https://service.example/bye"));
            asked.Headers.Location!.OriginalString.ShouldBe("/sign-on/sign-out", hint);
        }

        (await (await meiling.Client.GetAsync("/sign-on/sign-out")).PageAsync()).ShouldContain("action=\"/sign-out\"");
        (await meiling.Client.GetAsync("/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    static string HeaderOf(string kid) => Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes($$"""{"alg":"ES256","typ":"JWT","kid":"{{kid}}"}"""));

    async Task<IReadOnlyList<string>> KidsAsync()
    {
        using var client = city.Visit();
        var keys = await client.GetFromJsonAsync<JsonElement>("/oidc/keys");
        keys.ToString().ShouldNotContain("\"d\"");
        return [.. keys.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];
    }

    static string SignOutAddress(string? hint, string? back)
    {
        var sent = new Dictionary<string, string?> { ["state"] = "s" };
        if (hint is not null)
            sent["id_token_hint"] = hint;
        if (back is not null)
            sent["post_logout_redirect_uri"] = back;
        return QueryHelpers.AddQueryString("/oidc/sign-out", sent);
    }
}
