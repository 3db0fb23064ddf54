using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Web;

namespace CityLoop.Bench.Pass;

/// <summary>People who arrive one after another, whatever the server does, with a passkey in software.</summary>
static class SignInCallers
{
    /// <summary>So few calls a second take as long to be compiled as they are meant to run.</summary>
    const int WarmUpSeconds = 8;

    const byte PresentAndVerified = 0x05;

    public static async Task<Pace> RunAsync(ServedCity app, PassTown town, int perSecond, int seconds)
    {
        await ArriveAsync(app, town, perSecond, WarmUpSeconds);
        return await ArriveAsync(app, town, perSecond, seconds);
    }

    static Task<Pace> ArriveAsync(ServedCity app, PassTown town, int perSecond, int seconds) =>
        Pace.OfAsync(() => CallersAsync(app, town, perSecond, seconds));

    static async Task<IEnumerable<double>> CallersAsync(ServedCity app, PassTown town, int perSecond, int seconds)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Add(Security.ApiHeader, "1");
        // Passkeys belong to a name, not to a number; a browser says where its page is from.
        client.DefaultRequestHeaders.Host = $"localhost:{app.Address.Port}";
        client.DefaultRequestHeaders.Add("Origin", $"http://localhost:{app.Address.Port}");
        var (took, under) = (new ConcurrentBag<double>(), new List<Task>());
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < perSecond * seconds; i++)
        {
            // Counted from when a person is due: who has to wait for a thread, or behind the others, waits.
            var due = began + i * Stopwatch.Frequency / perSecond;
            var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (early > TimeSpan.FromMilliseconds(1))
                await Task.Delay(early, TimeProvider.System);
            var person = town.People[i % town.People.Count];
            under.Add(Task.Run(async () => took.Add(await SignInAsync(client, town, person, due))));
        }

        await Task.WhenAll(under);
        return took;
    }

    /// <summary>Both calls of one sign-in; what the passkey does between them does not count.</summary>
    static async Task<double> SignInAsync(HttpClient client, PassTown town, Guid person, long due)
    {
        using var asked = await client.PostAsync("/api/v1/sign-in/passkey/challenge", null);
        var options = await asked.Content.ReadFromJsonAsync<JsonElement>();
        var cookie = asked.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var signing = Stopwatch.GetTimestamp();
        var credential = Answer(options, client.DefaultRequestHeaders.Host!, town.Key, person);
        var signed = Stopwatch.GetElapsedTime(signing);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sign-in/passkey");
        request.Headers.Add("Cookie", cookie);
        request.Content = JsonContent.Create(new { credential, returnUrl = "/" });
        using var answer = await client.SendAsync(request);
        var took = Stopwatch.GetElapsedTime(due) - signed;
        return answer.IsSuccessStatusCode
            ? took.TotalMilliseconds
            : throw new InvalidOperationException(
                $"The bench met {answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>What a passkey answers (WebAuthn, 7.2): signed over its own data and the browser's.</summary>
    static object Answer(JsonElement options, string host, ECDsa key, Guid person)
    {
        var challenge = options.GetProperty("challenge").GetString();
        var client = Encoding.UTF8.GetBytes(
            $$"""{"type":"webauthn.get","challenge":"{{challenge}}","origin":"http://{{host}}","crossOrigin":false}""");
        byte[] data = [.. SHA256.HashData("localhost"u8), PresentAndVerified, 0, 0, 0, 0];
        byte[] signed = [.. data, .. SHA256.HashData(client)];
        byte[] signature;
        lock (key)
            signature = key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var id = Base64Url.EncodeToString(PassTown.CredentialOf(person));
        return new
        {
            id, rawId = id, type = "public-key", clientExtensionResults = new { },
            response = new
            {
                clientDataJSON = Base64Url.EncodeToString(client),
                authenticatorData = Base64Url.EncodeToString(data),
                signature = Base64Url.EncodeToString(signature),
                userHandle = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(person.ToString())),
            },
        };
    }
}
