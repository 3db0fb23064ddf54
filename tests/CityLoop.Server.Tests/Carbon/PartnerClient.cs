using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Carbon;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Carbon;

/// <summary>A partner's own server: it knows its key and riders, nothing of the city's people.</summary>
sealed class PartnerClient(TestCity city, string partner)
{
    readonly HttpClient _http = city.Visit();
    int _messages;

    /// <summary>A trip as the documentation shows it; tests change one thing.</summary>
    public static Dictionary<string, object?> Trip(string trip, string rider, string mode = "bus") => new()
    {
        ["trip"] = trip,
        ["rider"] = rider,
        ["mode"] = mode,
        ["kilometres"] = 10.0,
        ["segments"] = mode == "bus" ? 2 : null,
        ["startedAt"] = "2026-11-20T08:10:00+08:00",
        ["endedAt"] = "2026-11-20T08:45:00+08:00",
    };

    public async Task<byte[]> KeyAsync() => await city.Get<PartnerKeys>().OfAsync(
        city.Get<CityRules>().PartnerOf(partner)!, CancellationToken.None);

    /// <summary>Hands in the code that a person typed; gives the rider's name.</summary>
    public async Task<string> LinkAsync(string code)
    {
        using var answer = await SendAsync("riders", new { code });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rider").GetString()!;
    }

    public Task<HttpResponseMessage> SendAsync(string what, object body, string? id = null) =>
        SendAsync(what, JsonSerializer.Serialize(body), id);

    /// <summary>Signs and sends a body; what is given differs from what an honest partner does.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        string what, string body, string? id = null, byte[]? key = null, TimeSpan clockOff = default,
        string? sentBody = null)
    {
        var signed = SignedMessage.Sign(
            partner, key ?? await KeyAsync(), id ?? $"message-{++_messages}-{GetHashCode()}",
            city.Clock.GetUtcNow() + clockOff, Encoding.UTF8.GetBytes(body));
        return await SendAsync(what, signed, sentBody ?? body);
    }

    public Task<HttpResponseMessage> SendAsync(string what, SignedMessage signed, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/partners/{partner}/{what}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", signed.Id);
        request.Headers.Add("webhook-timestamp", signed.Timestamp);
        request.Headers.Add("webhook-signature", signed.Signatures);
        return _http.SendAsync(request);
    }
}
