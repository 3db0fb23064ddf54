using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>A service's program as its developers write it by hand: one sign-in from the link to the tokens.</summary>
sealed class ServiceProgram(TestCity city, Service service, string? secret = null)
{
    public const string Redirect = "https://service.example/callback";

    /// <summary>Who answers for the services of tests.</summary>
    public static Party Controller { get; } = new(
        LocalNames.Of("測試局", "Bureau of Tests", "試験局"), "測試路 1 號", "04-1234-5678");

    public Service Service => service;

    public string Verifier { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public string State { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(8));

    public string Nonce { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(8));

    public string Issuer => city.Address.ToString().TrimEnd('/');

    public string RedirectUri => service.RedirectUris[0];

    /// <summary>Registers a service of its own for a test.</summary>
    public static async Task<ServiceProgram> RegisterAsync(
        TestCity city, string name, Func<Service, Service>? change = null, string? secret = null)
    {
        var service = new Service
        {
            Id = DerivedId.From("test-service", name),
            Names = LocalNames.Of(name, name, name),
            Purposes = LocalNames.Of("為了測試", "For a test", "試験のため"),
            Controller = Controller,
            Sector = $"{name}.example",
            RedirectUris = [Redirect],
            SignOutUris = ["https://service.example/bye"],
            Scopes = [.. Scopes.Choosable],
            LevelMin = 0,
            ConsentDays = 365,
            Terms = 1,
            Authentication = secret is null ? ClientAuthentication.None : ClientAuthentication.SecretBasic,
            SecretHash = secret is null ? null : ClientSecret.HashOf(secret),
        };
        service = change?.Invoke(service) ?? service;
        await city.Get<ServiceStore>().SaveAsync(service, default);
        return new ServiceProgram(city, service, secret);
    }

    /// <summary>One officer asks for a change of a service, another approves it.</summary>
    public static async Task ChangeAsync(TestCity city, Func<ServiceChanges, PersonId, Task<string?>> ask)
    {
        var changes = city.Get<ServiceChanges>();
        (await ask(changes, PersonId.OfCast(Cast.WangYating))).ShouldBeNull();
        var newest = (await changes.WaitingAsync(default))[^1].Number;
        (await changes.DecideAsync(newest, PersonId.OfCast(Cast.ZhangJianguo), isApproved: true, default)).Problem
            .ShouldBeNull();
    }

    /// <summary>What the program sends along with the person.</summary>
    /// <param name="other">Parameters that differ; null for one that is left out.</param>
    public Dictionary<string, string> Parameters(params (string Name, string? Value)[] other)
    {
        var parameters = new Dictionary<string, string>
        {
            ["client_id"] = service.ClientId,
            ["redirect_uri"] = RedirectUri,
            ["response_type"] = "code",
            ["scope"] = "openid profile",
            ["state"] = State,
            ["nonce"] = Nonce,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (parameter, value) in other)
            if (value is null)
                parameters.Remove(parameter);
            else
                parameters[parameter] = value;
        return parameters;
    }

    public string AuthorizeAddress(params (string Name, string? Value)[] other) =>
        QueryHelpers.AddQueryString("/oidc/authorize", Parameters(other)!);

    /// <summary>The person signs in and agrees; answers the code.</summary>
    public async Task<string> CodeAsync(Citizen person, params (string Name, string? Value)[] other)
    {
        var answer = await person.GoAsync(AuthorizeAddress(other));
        answer.ShouldContainKey("code", string.Join(", ", answer));
        answer["iss"].ShouldBe(Issuer);
        answer["state"].ShouldBe(State);
        return answer["code"];
    }

    public Task<HttpResponseMessage> ExchangeAsync(string code, params (string Name, string? Value)[] other)
    {
        var sent = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = RedirectUri,
            ["code_verifier"] = Verifier,
        };
        foreach (var (name, value) in other)
            if (value is null)
                sent.Remove(name);
            else
                sent[name] = value;
        return SendAsync("/oidc/token", sent);
    }

    /// <summary>The tokens of a person who signs in, agrees and lets the program go on.</summary>
    public async Task<JsonElement> TokensAsync(Citizen person, params (string Name, string? Value)[] other)
    {
        using var answer = await ExchangeAsync(await CodeAsync(person, other));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public Task<HttpResponseMessage> RefreshAsync(string refresh) => SendAsync(
        "/oidc/token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh });

    public async Task<HttpResponseMessage> SendAsync(string address, Dictionary<string, string> form)
    {
        using var client = city.Visit();
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        if (secret is null)
            form.TryAdd("client_id", service.ClientId);
        else
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{service.ClientId}:{secret}")));
        request.Content = new FormUrlEncodedContent(form);
        return await client.SendAsync(request);
    }

    public async Task<HttpResponseMessage> UserInfoAsync(string access)
    {
        using var client = city.Visit();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", access);
        return await client.GetAsync("/oidc/userinfo");
    }

    /// <summary>What an ID token says, its signature unread.</summary>
    public static JsonElement ClaimsIn(JsonElement tokens) => JsonDocument.Parse(
        Base64Url.DecodeFromChars(tokens.GetProperty("id_token").GetString()!.Split('.')[1])).RootElement;
}

/// <summary>Reads what the protocol's endpoints answered.</summary>
static class ProtocolAnswers
{
    /// <summary>The answer is a refusal in the form of RFC 6749 with this status, and this is its name.</summary>
    public static async Task<string> ErrorAsync(
        this HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        using var refusal = JsonDocument.Parse(text);
        refusal.RootElement.GetProperty("error_description").GetString().ShouldNotBeNullOrWhiteSpace();
        return refusal.RootElement.GetProperty("error").GetString()!;
    }
}
