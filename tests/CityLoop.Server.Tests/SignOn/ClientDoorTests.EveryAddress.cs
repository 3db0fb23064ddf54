using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.SignOn;

public sealed partial class ClientDoorTests
{
    [Theory]
    [InlineData("/oidc/token", false)]
    [InlineData("/oidc/token", true)]
    [InlineData("/oidc/par", false)]
    [InlineData("/oidc/par", true)]
    [InlineData("/oidc/revoke", false)]
    [InlineData("/oidc/revoke", true)]
    public async Task Who_does_not_prove_which_program_they_are_is_let_in_at_no_address(string address, bool hasKey)
    {
        var name = $"{address} {hasKey}";
        var program = hasKey ? await RegisterWithKeyAsync(name)
            : await ServiceProgram.RegisterAsync(city, $"secret {name}", secret: "cls_right");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var first = Right(program, hasKey, $"first {name}");
        using var exchanged = await AskAsync(program, "/oidc/token", first, new()
        {
            ["grant_type"] = "authorization_code", ["redirect_uri"] = program.RedirectUri,
            ["code_verifier"] = program.Verifier,
            ["code"] = await program.CodeAsync(meiling, ("scope", "openid offline_access")),
        });
        var tokens = await exchanged.Content.ReadFromJsonAsync<JsonElement>();
        exchanged.StatusCode.ShouldBe(HttpStatusCode.OK, tokens.ToString());
        string Token(string which) => tokens.GetProperty(which).GetString()!;
        var wish = address switch
        {
            "/oidc/par" => program.Parameters(),
            "/oidc/revoke" => new() { ["token"] = Token("access_token") },
            _ => new() { ["grant_type"] = "refresh_token", ["refresh_token"] = Token("refresh_token") },
        };

        // What was used is a proof once, at whichever address; a secret belongs into the header.
        var used = hasKey ? first : new Proof(null, [("client_secret", "cls_right")]);
        foreach (var proof in new[] { new Proof(null, []), Wrong(program, hasKey, $"wrong {name}"), used })
        {
            using var refused = await AskAsync(program, address, proof, wish);
            (await refused.ErrorAsync(HttpStatusCode.Unauthorized)).ShouldBe("invalid_client");
        }

        using (var told = await program.UserInfoAsync(Token("access_token")))
            told.StatusCode.ShouldBe(HttpStatusCode.OK, "nothing ended by what was refused");
        using var done = await AskAsync(program, address, Right(program, hasKey, $"second {name}"), wish);
        done.StatusCode.ShouldBe(
            address == "/oidc/par" ? HttpStatusCode.Created : HttpStatusCode.OK,
            await done.Content.ReadAsStringAsync());
    }

    sealed record Proof(AuthenticationHeaderValue? Header, (string Name, string Value)[] Fields);

    Proof Right(ServiceProgram program, bool hasKey, string number) =>
        hasKey ? Signed(program, _key, number) : new(Basic(program.Service.ClientId, "cls_right"), []);

    Proof Wrong(ServiceProgram program, bool hasKey, string number)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return hasKey ? Signed(program, other, number) : new(Basic(program.Service.ClientId, "cls_wrong"), []);
    }

    Proof Signed(ServiceProgram program, ECDsa key, string number) => new(null,
    [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", Sign(new Dictionary<string, object>
        {
            ["iss"] = program.Service.ClientId, ["sub"] = program.Service.ClientId, ["aud"] = program.Issuer,
            ["jti"] = number, ["exp"] = city.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(),
        }, key)),
    ]);

    async Task<HttpResponseMessage> AskAsync(
        ServiceProgram program, string address, Proof proof, Dictionary<string, string> wish)
    {
        using var client = city.Visit();
        client.DefaultRequestHeaders.Authorization = proof.Header;
        return await client.PostAsync(address, new FormUrlEncodedContent(
            new Dictionary<string, string>(wish) { ["client_id"] = program.Service.ClientId }
                .Concat(proof.Fields.Select(field => KeyValuePair.Create(field.Name, field.Value)))));
    }
}
