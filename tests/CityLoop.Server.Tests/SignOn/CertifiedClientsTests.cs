using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>
/// Clients that others wrote and that the OpenID Foundation has certified sign people in, and refuse what they must.
/// </summary>
public sealed class CertifiedClientsTests(TestCity city) : IClassFixture<TestCity>
{
    const string SignOut = "https://service.example/bye";

    [Fact]
    public async Task The_client_openid_client_signs_in_with_a_pushed_wish_and_its_own_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var program = await RegisterAsync("openid-client", service => service with
        {
            Authentication = ClientAuthentication.PrivateKeyJwt, PublicKeys = SetOf(key, "theirs"),
        });
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);

        var found = await NodeClient.RunAsync("openid-client.mjs", new
        {
            issuer = program.Issuer, clientId = program.Service.ClientId, redirectUri = program.RedirectUri,
            pkcs8 = Convert.ToBase64String(key.ExportPkcs8PrivateKey()), kid = "theirs", signOutUri = SignOut,
        }, address => BackAsync(emma, address));

        string Text(string name) => found.GetProperty(name).GetString()!;
        found.GetProperty("parameters").EnumerateArray().Select(p => p.GetString())
            .ShouldBe(["client_id", "request_uri"], "nothing else travels through the browser");
        Text("acr").ShouldBe("urn:cityloop:level:1");
        found.GetProperty("told").GetProperty("email").GetString().ShouldBe(city.ContactOf(Cast.EmmaDubois));
        found.GetProperty("sameSub").GetBoolean().ShouldBeTrue();
        Text("reused").ShouldBe("OAUTH_RESPONSE_BODY_ERROR");
        Text("afterReuse").ShouldBe("OAUTH_RESPONSE_BODY_ERROR");
        Text("declined").ShouldBe("OAUTH_AUTHORIZATION_RESPONSE_ERROR");
        Text("mixedUp").ShouldBe("OAUTH_INVALID_RESPONSE", "the answer of another issuer");
        Text("revoked").ShouldBe("OAUTH_WWW_AUTHENTICATE_CHALLENGE");
        using var left = await emma.Client.GetAsync(new Uri(Text("signOut")));
        left.Headers.Location!.OriginalString.ShouldBe($"{SignOut}?state=bye");
    }

    [Fact]
    public async Task The_client_oauth4webapi_signs_in_with_a_secret()
    {
        var program = await RegisterAsync("oauth4webapi", service => service, secret: "cls_a secret: with + and %");
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);

        var found = await NodeClient.RunAsync("oauth4webapi.mjs", new
        {
            issuer = program.Issuer, clientId = program.Service.ClientId, redirectUri = program.RedirectUri,
            secret = "cls_a secret: with + and %",
        }, address => BackAsync(emma, address));

        string Text(string name) => found.GetProperty(name).GetString()!;
        found.GetProperty("told").GetProperty("email").GetString().ShouldBe(city.ContactOf(Cast.EmmaDubois));
        Text("sub").Length.ShouldBe(43);
        Text("scope").ShouldBe("openid email offline_access");
        Text("otherState").ShouldBe("OAUTH_INVALID_RESPONSE");
        Text("wrongVerifier").ShouldBe("OAUTH_RESPONSE_BODY_ERROR");
        Text("revoked").ShouldBe("OAUTH_RESPONSE_BODY_ERROR");
        Text("wrongSecret").ShouldBe("OAUTH_WWW_AUTHENTICATE_CHALLENGE");
    }

    Task<ServiceProgram> RegisterAsync(string name, Func<Service, Service> change, string? secret = null)
    {
        // These programs look at the machine's clock.
        city.Clock.Set(DateTimeOffset.UtcNow);
        return ServiceProgram.RegisterAsync(city, name, change, secret);
    }

    /// <summary>The person goes where the program sends them, agrees if asked, and comes back.</summary>
    static async Task<Uri> BackAsync(Citizen person, string address) =>
        (await person.OpenAsync(address) ?? await person.DecideAsync("yes")).ShouldNotBeNull(person.Page);

    static string SetOf(ECDsa key, string kid)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return JsonSerializer.Serialize(new
        {
            keys = new[]
            {
                new
                {
                    kty = "EC", crv = "P-256", kid, x = Base64Url.EncodeToString(point.X),
                    y = Base64Url.EncodeToString(point.Y),
                },
            },
        });
    }
}
