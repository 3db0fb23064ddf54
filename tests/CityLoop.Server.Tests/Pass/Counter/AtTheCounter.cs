using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Pass.Counter;

/// <summary>What people and officers do at a counter, over the same pages as everybody.</summary>
static partial class AtTheCounter
{
    /// <summary>The digits on somebody's phone.</summary>
    public static async Task<string> CounterCodeAsync(this HttpClient person) =>
        EightDigits().Match(await person.GetStringAsync("/me/counter-code")).Value;

    /// <summary>An officer looks for somebody; answers where that led.</summary>
    public static async Task<Uri> FindAsync(
        this HttpClient officer, string who, string purpose = "identity_check")
    {
        using var found = await officer.SubmitAsync(
            "/counter", "action=\"/counter/find\"", ("who", who), ("purpose", purpose));
        return found.RequestMessage!.RequestUri!;
    }

    /// <summary>The first officer writes down what they saw.</summary>
    public static async Task<string> RecordAsync(
        this HttpClient officer, Uri visit, string name, string purpose = "identity", string document = "passport")
    {
        using var recorded = await officer.SubmitAsync(
            visit.PathAndQuery, "action=\"/counter/checks\"", ("purpose", purpose), ("document", document),
            ("name", name));
        return recorded.RequestMessage!.RequestUri!.Query;
    }

    /// <summary>An officer presses a button beside a name in the list of what waits.</summary>
    public static async Task<HttpResponseMessage> DecideAsync(
        this HttpClient officer, Guid check, string what = "approve", string? number = null)
    {
        var page = await officer.GetStringAsync("/counter");
        // Any form carries the token; a button that is not offered can still be sent.
        return await officer.SendFormAsync(
            new Uri(officer.BaseAddress!, "/counter"),
            page.Replace("/counter/find", $"/counter/checks/{what}", StringComparison.Ordinal),
            "name=\"who\"", ("check", check.ToString()), ("number", number ?? ""));
    }

    public static async Task<JsonElement> MeAsync(this HttpClient person) =>
        await person.GetFromJsonAsync<JsonElement>("/api/v1/me");

    public static async Task<int> LevelAsync(this HttpClient person) =>
        (await person.MeAsync()).GetProperty("level").GetInt32();

    internal static async Task<PersonId> IdAsync(this HttpClient person) =>
        new((await person.MeAsync()).GetProperty("person").GetGuid());

    [GeneratedRegex("[0-9]{4} [0-9]{4}(?=</p>)")]
    private static partial Regex EightDigits();
}
