using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.SignOn;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>A service with a program of its own that asks people for proofs.</summary>
sealed class ProofService(TestCity city, Service service, string code, byte[] pkcs8)
{
    public const string Secret = "cls_proofs";
    public const string Return = "https://service.example/proofs";

    int _nonces;

    public Service Service => service;

    public string Code => code;

    public string Pkcs8 => Convert.ToBase64String(pkcs8);

    public string Issuer => city.Address.ToString().TrimEnd('/');

    /// <summary>Registers a service and what it needs, by two officers.</summary>
    public static async Task<ProofService> RegisterAsync(
        TestCity city, string name, Func<NeedDraft, NeedDraft>? change = null)
    {
        var program = await ServiceProgram.RegisterAsync(city, name, secret: Secret);
        var pkcs8 = DecryptionKey.NewPkcs8();
        var draft = new NeedDraft
        {
            Service = program.Service.ClientId,
            Code = name,
            Name = new(name),
            Purpose = new("減免學費"),
            Asked = ["low-income.category"],
            ReturnAddresses = [Return],
            EncryptionKey = SetOf(new DecryptionKey(pkcs8).Public),
        };
        await WriteAsync(city, change?.Invoke(draft) ?? draft, null);
        return new ProofService(city, program.Service, name, pkcs8);
    }

    /// <summary>One officer writes a need, another approves it.</summary>
    public static async Task<Need> WriteAsync(TestCity city, NeedDraft draft, Guid? id)
    {
        var (saved, problem) = await city.Get<SaveNeed>().SaveAsync(
            draft, id, PersonId.OfCast(Cast.WangYating), default);
        problem.ShouldBeNull();
        (await city.Get<NeedStore>().DecideAsync(
            saved!.Id, saved.Version, PersonId.OfCast(Cast.ZhangJianguo), isApproved: true, default))
            .ShouldBe(DecideOutcome.Done);
        return saved;
    }

    public async Task<Need> NeedAsync() => (await city.Get<NeedStore>().FindAsync(code, default))!;

    public string NewNonce() => $"nonce-of-{code}-number-{++_nonces}";

    public async Task<HttpResponseMessage> StartAsync(params (string Name, string Value)[] other)
    {
        var fields = new Dictionary<string, string>
        {
            ["need"] = code, ["nonce"] = NewNonce(), ["return_address"] = Return, ["state"] = "row 7",
        };
        foreach (var (name, value) in other)
            fields[name] = value;
        using var client = Client();
        return await client.PostAsync(StartRequest.Address, new FormUrlEncodedContent(fields));
    }

    /// <summary>Starts a request; answers its name.</summary>
    public async Task<string> StartedAsync()
    {
        using var started = await StartAsync();
        started.StatusCode.ShouldBe(HttpStatusCode.Created, await started.Content.ReadAsStringAsync());
        return (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("request").GetString()!;
    }

    public async Task<HttpResponseMessage> FetchAsync(string request, string fetchCode)
    {
        using var client = Client();
        return await client.GetAsync($"{StartRequest.Address}/{request}/answer?code={fetchCode}");
    }

    /// <summary>Somebody of the cast gives what a new request asks for; answers how to fetch it.</summary>
    public async Task<(string Request, string Code)> GivenAsync(string castId)
    {
        var request = await StartedAsync();
        var give = city.Get<GiveConsent>();
        var open = (await give.OpenAsync(request, default)).ShouldNotBeNull();
        var (address, problem) = await give.GiveAsync(
            open, PersonId.OfCast(castId), [1, 2, 3], "zh-TW", Issuer, default);
        problem.ShouldBeNull();
        var told = Citizen.Told(new Uri(address!));
        told["state"].ShouldBe("row 7");
        return (told["request"], told["code"]);
    }

    /// <summary>Somebody gives, the program fetches and opens.</summary>
    public async Task<JsonElement> OpenedAsync(string castId)
    {
        var (request, fetchCode) = await GivenAsync(castId);
        using var answer = await FetchAsync(request, fetchCode);
        return await OpenAsync(answer);
    }

    /// <summary>Opens an answer with the service's own key.</summary>
    public async Task<JsonElement> OpenAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonDocument.Parse(
            EncryptedToken.Decrypt(new DecryptionKey(pkcs8), text).ShouldNotBeNull()).RootElement;
    }

    public HttpClient Client()
    {
        var client = city.Visit();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{service.ClientId}:{Secret}")));
        return client;
    }

    public static string SetOf(PublicKey key)
    {
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            json.WriteStartObject();
            key.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(written.ToArray());
    }
}
