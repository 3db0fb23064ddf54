using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>The code: where it goes, what it is bound to, and what becomes of one in wrong hands.</summary>
public sealed class CodeFlowTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_person_signs_in_at_a_service_and_it_learns_what_they_agreed_to()
    {
        var program = await ServiceProgram.RegisterAsync(city, "whole-road");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);

        var tokens = await program.TokensAsync(meiling, ("scope", "openid profile email"));

        var claims = ServiceProgram.ClaimsIn(tokens);
        claims.GetProperty("iss").GetString().ShouldBe(program.Issuer);
        claims.GetProperty("aud").GetString().ShouldBe(program.Service.ClientId);
        claims.GetProperty("nonce").GetString().ShouldBe(program.Nonce);
        claims.GetProperty("acr").GetString().ShouldBe("urn:cityloop:level:2");
        claims.GetProperty("amr")[0].GetString().ShouldBe("otp");
        claims.GetProperty("auth_time").GetInt64().ShouldBe(city.Clock.GetUtcNow().ToUnixTimeSeconds());
        claims.TryGetProperty("email", out _).ShouldBeFalse("the ID token says who, and nothing else");
        using var answer = await program.UserInfoAsync(tokens.GetProperty("access_token").GetString()!);
        var told = await answer.Content.ReadFromJsonAsync<JsonElement>();
        told.GetProperty("sub").GetString().ShouldBe(claims.GetProperty("sub").GetString());
        told.GetProperty("email").GetString().ShouldBe(city.ContactOf(Cast.LinMeiling));
        told.EnumerateObject().Select(c => c.Name)
            .ShouldBe(["name", "locale", "email", "email_verified", "sub"], ignoreOrder: true);
        tokens.TryGetProperty("refresh_token", out _).ShouldBeFalse("nobody asked for one");
    }

    [Theory]
    [InlineData("https://service.example/callback/")]
    [InlineData("https://service.example/callback?x=1")]
    [InlineData("https://SERVICE.example/callback")]
    [InlineData("https://service.example/%63allback")]
    [InlineData("https://service.example:443/callback")]
    [InlineData("https://service.example.evil.example/callback")]
    [InlineData("https://service.example@evil.example/callback")]
    [InlineData("//evil.example/callback")]
    [InlineData("javascript:alert(1)")]
    [InlineData(null)]
    public async Task An_address_that_is_not_registered_letter_by_letter_gets_nothing(string? address)
    {
        var program = await ServiceProgram.RegisterAsync(city, "redirects");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);

        using var answer = await meiling.Client.GetAsync(program.AuthorizeAddress(("redirect_uri", address)));

        (await answer.PageAsync(HttpStatusCode.BadRequest)).ShouldContain("沒有登記過的網址");
        answer.Headers.Location.ShouldBeNull();
        answer.Headers.Contains("Refresh").ShouldBeFalse();
    }

    [Theory]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", "00000000-0000-0000-0000-000000000000")]
    [InlineData("client_id", null)]
    [InlineData("request_uri", "https://evil.example/request.jwt")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:made-up")]
    public async Task A_sign_in_that_no_known_service_asks_for_stops_on_our_own_page(string name, string? value)
    {
        var program = await ServiceProgram.RegisterAsync(city, "strangers");
        using var stranger = new Citizen(city);

        using var answer = await stranger.Client.GetAsync(program.AuthorizeAddress((name, value)));

        await answer.PageAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "id_token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", null, "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("scope", "profile", "invalid_scope")]
    [InlineData("scope", "openid everything", "invalid_scope")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "create", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("state", "a\0b", null)]
    public async Task What_is_not_permitted_is_told_to_the_service_with_state_and_issuer(
        string name, string? value, string? error)
    {
        var program = await ServiceProgram.RegisterAsync(city, "refusals");
        using var stranger = new Citizen(city);

        using var answer = await stranger.Client.GetAsync(program.AuthorizeAddress((name, value)));

        if (error is null)
        {
            // Text that nobody can read goes nowhere, not even back.
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            return;
        }

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location!.GetLeftPart(UriPartial.Path).ShouldBe(program.RedirectUri);
        var told = Citizen.Told(answer.Headers.Location);
        told["error"].ShouldBe(error);
        told["state"].ShouldBe(program.State);
        told["iss"].ShouldBe(program.Issuer);
    }

    [Fact]
    public async Task A_parameter_that_stands_twice_is_refused()
    {
        var program = await ServiceProgram.RegisterAsync(city, "twice");
        using var stranger = new Citizen(city);

        using var scope = await stranger.Client.GetAsync(program.AuthorizeAddress() + "&scope=openid");
        using var address = await stranger.Client.GetAsync(
            program.AuthorizeAddress() + "&redirect_uri=https%3A%2F%2Fevil.example%2F");

        Citizen.Told(scope.Headers.Location!)["error"].ShouldBe("invalid_request");
        await address.PageAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong")]
    [InlineData("code_verifier", null)]
    [InlineData("redirect_uri", "https://service.example/other")]
    public async Task A_code_that_comes_with_something_wrong_is_worth_nothing_even_afterwards(
        string name, string? value)
    {
        var program = await ServiceProgram.RegisterAsync(city, "bound");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var code = await program.CodeAsync(meiling);

        using var wrong = await program.ExchangeAsync(code, (name, value));
        using var right = await program.ExchangeAsync(code);

        (await wrong.ErrorAsync()).ShouldBe("invalid_grant");
        (await right.ErrorAsync()).ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task A_replayed_code_takes_back_what_it_gave()
    {
        var program = await ServiceProgram.RegisterAsync(city, "replay");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var code = await program.CodeAsync(meiling, ("scope", "openid offline_access"));
        using var first = await program.ExchangeAsync(code);
        var tokens = await first.Content.ReadFromJsonAsync<JsonElement>();
        var access = tokens.GetProperty("access_token").GetString()!;
        (await program.UserInfoAsync(access)).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var replayed = await program.ExchangeAsync(code);

        (await replayed.ErrorAsync()).ShouldBe("invalid_grant");
        (await (await program.UserInfoAsync(access)).ErrorAsync(HttpStatusCode.Unauthorized)).ShouldBe("invalid_token");
        (await (await program.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).ErrorAsync())
            .ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task A_code_is_for_one_minute_and_for_the_service_that_asked()
    {
        var program = await ServiceProgram.RegisterAsync(city, "one-minute");
        var other = await ServiceProgram.RegisterAsync(city, "another");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var late = await program.CodeAsync(meiling);
        city.Clock.Advance(ServiceGrants.CodeLife);
        var stolen = await program.CodeAsync(meiling);

        using var tooLate = await program.ExchangeAsync(late);
        using var byOther = await other.ExchangeAsync(stolen, ("code_verifier", program.Verifier));

        (await tooLate.ErrorAsync()).ShouldBe("invalid_grant");
        (await byOther.ErrorAsync()).ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task Of_many_who_come_with_one_code_at_once_one_gets_tokens_and_keeps_none()
    {
        var program = await ServiceProgram.RegisterAsync(city, "race");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var code = await program.CodeAsync(meiling);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => program.ExchangeAsync(code)));

        var lucky = answers.Where(a => a.StatusCode == HttpStatusCode.OK).ShouldHaveSingleItem();
        var tokens = await lucky.Content.ReadFromJsonAsync<JsonElement>();
        (await program.UserInfoAsync(tokens.GetProperty("access_token").GetString()!))
            .StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_tables_hold_no_code_token_or_secret_that_somebody_could_use()
    {
        var program = await ServiceProgram.RegisterAsync(city, "at-rest", secret: "cls_at-rest-secret");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var code = await program.CodeAsync(meiling, ("scope", "openid offline_access"));
        using var answer = await program.ExchangeAsync(code);
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>();
        string[] secrets =
        [
            code, tokens.GetProperty("access_token").GetString()!, tokens.GetProperty("refresh_token").GetString()!,
            "cls_at-rest-secret",
        ];
        await using var database = await city.Database.OpenConnectionAsync();

        var rows = await database.QueryAsync<string>("""
            select t::text from sign_on.service_grant t union all select t::text from sign_on.service t
            union all select t::text from sign_on.request t union all select t::text from sign_on.service_change t
            """);

        rows.ShouldAllBe(row => !secrets.Any(row.Contains));
        city.Log.Lines.ShouldAllBe(line => !secrets.Any(line.Contains));
    }
}
