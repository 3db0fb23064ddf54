using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>How a service's program proves who it is, and how others do not.</summary>
public sealed partial class ClientDoorTests(TestCity city) : IClassFixture<TestCity>, IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("cls_right", true)]
    [InlineData("cls_wrong", false)]
    [InlineData("", false)]
    public async Task A_secret_lets_in_by_the_header_alone(string secret, bool isLetIn)
    {
        await ServiceProgram.RegisterAsync(city, "secret", secret: "cls_right");
        var program = await ServiceProgram.RegisterAsync(city, "secret", secret: "cls_right");

        using var answer = await SendAsync(Basic(program.Service.ClientId, secret));

        (await answer.ErrorAsync(isLetIn ? HttpStatusCode.BadRequest : HttpStatusCode.Unauthorized))
            .ShouldBe(isLetIn ? "unsupported_grant_type" : "invalid_client");
        answer.Headers.WwwAuthenticate.ToString().ShouldBe(isLetIn ? "" : "Basic realm=\"CityLoop\"");
    }

    [Fact]
    public async Task A_program_with_a_secret_is_not_let_in_without_it_nor_with_it_in_the_body()
    {
        var program = await ServiceProgram.RegisterAsync(city, "body", secret: "cls_right");
        var id = program.Service.ClientId;

        using var bare = await SendAsync(null, ("client_id", id));
        using var body = await SendAsync(null, ("client_id", id), ("client_secret", "cls_right"));
        using var twice = await SendAsync(
            Basic(id, "cls_right"), ("client_assertion", "x"), ("client_assertion_type", "x"));
        using var asAnother = await SendAsync(Basic(id, "cls_right"), ("client_id", "somebody-else"));

        (await bare.ErrorAsync(HttpStatusCode.Unauthorized)).ShouldBe("invalid_client");
        (await body.ErrorAsync(HttpStatusCode.Unauthorized)).ShouldBe("invalid_client");
        (await twice.ErrorAsync()).ShouldBe("invalid_request");
        (await asAnother.ErrorAsync(HttpStatusCode.Unauthorized)).ShouldBe("invalid_client");
    }

    [Theory]
    [InlineData("right", true)]
    [InlineData("for another provider", false)]
    [InlineData("for us and another", false)]
    [InlineData("in another's name", false)]
    [InlineData("without a number", false)]
    [InlineData("run out", false)]
    [InlineData("for ever", false)]
    [InlineData("not yet valid", false)]
    [InlineData("made tomorrow", false)]
    [InlineData("without an end", false)]
    [InlineData("signed by another key", false)]
    [InlineData("signed with none", false)]
    public async Task A_signed_proof_lets_in_only_if_everything_in_it_is_right(string which, bool isLetIn)
    {
        var id = (await RegisterWithKeyAsync(which)).Service.ClientId;
        var now = city.Clock.GetUtcNow();
        var issuer = city.Address.ToString().TrimEnd('/');
        var claims = new Dictionary<string, object>
        {
            ["iss"] = id, ["sub"] = id, ["aud"] = issuer, ["jti"] = which, ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(1).ToUnixTimeSeconds(),
        };
        switch (which)
        {
            case "for another provider": claims["aud"] = "https://other.example"; break;
            case "for us and another": claims["aud"] = new[] { issuer, "https://other.example" }; break;
            case "in another's name": claims["sub"] = DemoServices.Library.ToString(); break;
            case "without a number": claims.Remove("jti"); break;
            case "run out": claims["exp"] = now.AddMinutes(-1).ToUnixTimeSeconds(); break;
            case "for ever": claims["exp"] = now.AddDays(365).ToUnixTimeSeconds(); break;
            case "not yet valid": claims["nbf"] = now.AddMinutes(2).ToUnixTimeSeconds(); break;
            case "made tomorrow": claims["iat"] = now.AddDays(1).ToUnixTimeSeconds(); break;
            case "without an end": claims.Remove("exp"); break;
        }

        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var proof = Sign(claims, which == "signed by another key" ? other : _key);
        if (which == "signed with none")
            proof = Part("""{"alg":"none"}""") + "." + proof.Split('.')[1] + ".";
        using var answer = await SendProofAsync(proof);

        (await answer.ErrorAsync(isLetIn ? HttpStatusCode.BadRequest : HttpStatusCode.Unauthorized))
            .ShouldBe(isLetIn ? "unsupported_grant_type" : "invalid_client");
    }

    [Fact]
    public async Task A_signed_proof_lets_in_once()
    {
        var id = (await RegisterWithKeyAsync("once")).Service.ClientId;
        var proof = Sign(new Dictionary<string, object>
        {
            ["iss"] = id, ["sub"] = id, ["aud"] = city.Address.ToString().TrimEnd('/'), ["jti"] = "once",
            ["exp"] = city.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(),
        }, _key);

        using var first = await SendProofAsync(proof);
        using var second = await SendProofAsync(proof);

        (await first.ErrorAsync()).ShouldBe("unsupported_grant_type");
        (await second.ErrorAsync(HttpStatusCode.Unauthorized)).ShouldBe("invalid_client");
    }

    [Fact]
    public async Task A_proof_for_another_provider_lets_nobody_in_who_calls_us_by_its_name()
    {
        var id = (await RegisterWithKeyAsync("passed on")).Service.ClientId;
        var proof = Sign(new Dictionary<string, object>
        {
            ["iss"] = id, ["sub"] = id, ["aud"] = "http://elsewhere.example", ["jti"] = "passed on",
            ["exp"] = city.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(),
        }, _key);
        using var thief = city.Visit();
        thief.DefaultRequestHeaders.Host = "elsewhere.example";

        using var answer = await thief.PostAsync("/oidc/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["client_assertion"] = proof, ["grant_type"] = "password",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }));

        (await answer.ProblemCodeAsync(HttpStatusCode.MisdirectedRequest)).ShouldBe("address_not_known");
        using var page = await thief.GetAsync("/sign-in");
        page.StatusCode.ShouldBe(HttpStatusCode.OK, "where nothing is signed, a demo may be called as one likes");
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "grant_type=refresh_token")]
    [InlineData("application/x-www-form-urlencoded", "client_id=%00&grant_type=refresh_token")]
    [InlineData("application/x-www-form-urlencoded", "client_id=a&client_id=b")]
    public async Task What_is_no_form_is_refused_in_the_protocols_own_words(string type, string body)
    {
        using var client = city.Visit();
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);

        using var answer = await client.PostAsync("/oidc/token", content);

        (await answer.ErrorAsync()).ShouldBe("invalid_request");
    }

    [Fact]
    public async Task Scripts_of_a_services_own_pages_may_call_and_those_of_others_may_not()
    {
        await ServiceProgram.RegisterAsync(
            city, "script", s => s with { RedirectUris = ["https://script.example/callback"] });
        async Task<string?> PermittedAsync(HttpMethod method, string address, string origin)
        {
            using var client = city.Visit();
            using var request = new HttpRequestMessage(method, address);
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            if (method == HttpMethod.Options)
                request.Headers.Add("Access-Control-Request-Method", "POST");
            using var answer = await client.SendAsync(request);
            answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
            answer.Headers.Vary.ShouldContain("Origin");
            return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins)
                ? origins.Single() : null;
        }

        (await PermittedAsync(HttpMethod.Options, "/oidc/token", "https://script.example"))
            .ShouldBe("https://script.example");
        (await PermittedAsync(HttpMethod.Post, "/oidc/token", "https://script.example"))
            .ShouldBe("https://script.example");
        (await PermittedAsync(HttpMethod.Options, "/oidc/token", "https://evil.example")).ShouldBeNull();
        (await PermittedAsync(HttpMethod.Options, "/oidc/userinfo", "https://script.example.evil.example"))
            .ShouldBeNull();
        (await PermittedAsync(HttpMethod.Get, "/.well-known/openid-configuration", "https://evil.example"))
            .ShouldBe("https://evil.example", "it is public anyway");
    }

    async Task<ServiceProgram> RegisterWithKeyAsync(string which)
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var set = JsonSerializer.Serialize(new
        {
            keys = new[]
            {
                new
                {
                    kty = "EC", crv = "P-256", x = Base64Url.EncodeToString(point.X),
                    y = Base64Url.EncodeToString(point.Y), kid = "theirs",
                },
            },
        });
        return await ServiceProgram.RegisterAsync(city, $"proof {which}", service => service with
        {
            Authentication = ClientAuthentication.PrivateKeyJwt, PublicKeys = set,
        });
    }

    Task<HttpResponseMessage> SendProofAsync(string proof) => SendAsync(
        null, ("client_assertion", proof),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));

    /// <summary>A wish that nobody is granted: whoever is let in hears that, the others that they are not.</summary>
    async Task<HttpResponseMessage> SendAsync(
        AuthenticationHeaderValue? header, params (string Name, string Value)[] fields)
    {
        using var client = city.Visit();
        client.DefaultRequestHeaders.Authorization = header;
        return await client.PostAsync("/oidc/token", new FormUrlEncodedContent(
            fields.Append((Name: "grant_type", Value: "password")).Select(f => KeyValuePair.Create(f.Name, f.Value))));
    }

    static AuthenticationHeaderValue Basic(string id, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{id}:{secret}")));

    static string Sign(Dictionary<string, object> claims, ECDsa key)
    {
        var text = Part("""{"alg":"ES256","kid":"theirs"}""") + "." + Part(JsonSerializer.Serialize(claims));
        return text + "." + Base64Url.EncodeToString(
            key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256));
    }

    static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
