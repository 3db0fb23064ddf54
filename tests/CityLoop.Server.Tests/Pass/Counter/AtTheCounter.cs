using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Hosting;
using Dapper;

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
        this HttpClient officer, Uri visit, string name, string purpose = "identity", string document = "passport",
        string number = "")
    {
        using var recorded = await officer.SubmitAsync(
            visit.PathAndQuery, "action=\"/counter/checks\"", ("purpose", purpose), ("document", document),
            ("number", number), ("name", name));
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

    /// <summary>A guardian adds a child on their own page, who is so old on the city's day.</summary>
    public static async Task AddChildAsync(this HttpClient guardian, string name, DateOnly born)
    {
        using var added = await guardian.SubmitAsync(
            "/me/family", "action=\"/me/family/children\"", ("name", name), ("born", $"{born:yyyy-MM-dd}"));
        added.RequestMessage!.RequestUri!.Query.ShouldBe("?done=added");
    }

    /// <summary>An officer with a guardian and a child before them: the visit of the child.</summary>
    public static async Task<Uri> FindChildAsync(this HttpClient officer, HttpClient guardian, string name)
    {
        var visit = await officer.FindAsync(await guardian.CounterCodeAsync(), "card");
        using var opened = await officer.SubmitAsync($"{visit.AbsolutePath}/children", name);
        return opened.RequestMessage!.RequestUri!;
    }

    /// <summary>Two officers look at a document; answers what the second one's page says.</summary>
    public static async Task<string> CheckAsync(
        this TestCity city, HttpClient first, HttpClient second, Uri visit, string name, string purpose = "identity",
        string document = "passport", string number = "")
    {
        (await first.RecordAsync(visit, name, purpose, document, number)).ShouldBe("?done=recorded");
        var check = (await city.Get<CounterChecks>().WaitingAsync(default)).Last(waiting => waiting.NameSeen == name);
        using var approved = await second.DecideAsync(check.Id, number: number);
        return await approved.PageAsync();
    }

    /// <summary>A person whom two officers have known by this passport for longer than a city waits.</summary>
    public static async Task<HttpClient> ComeKnownAsync(this TestCity city, string contact, string name, string number)
    {
        var person = city.Visit();
        await person.SignInAsync(city, contact);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await city.CheckAsync(first, second, await first.FindAsync(contact), name, number: number);
        await city.LongAgoAsync(await person.IdAsync());
        return person;
    }

    /// <summary>What a person's pass is known by has been so for months.</summary>
    internal static async Task LongAgoAsync(this TestCity city, PersonId person)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            update pass.identity_check set approved_at = approved_at - interval '90 days',
              recorded_at = recorded_at - interval '90 days' where person = @Value;
            update pass.contact set verified_at = verified_at - interval '90 days' where person = @Value
            """, person);
    }

    /// <summary>Whom two officers let in by a passport: the code that they hand over, or nothing.</summary>
    public static async Task<string> HandedOverAsync(
        this TestCity city, string contact, string name, string number, string document = "passport")
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindAsync(contact, "lost_access");
        return HandedOver().Match(
            await city.CheckAsync(first, second, visit, name, "recovery", document, number)).Value;
    }

    /// <summary>Types a code from a counter or from paper; answers where that led.</summary>
    public static async Task<string> EnterAsync(this HttpClient client, string code)
    {
        client.DefaultRequestHeaders.TryAddWithoutValidation(CityLoop.Server.Web.Security.ApiHeader, "1");
        using var entered = await client.SubmitAsync("/sign-in/recovery", "name=\"Code\"", ("Code", code));
        return entered.RequestMessage!.RequestUri!.AbsolutePath;
    }

    /// <summary>A check, and the code to sign in that two officers hand over to whoever was checked.</summary>
    public static async Task<HttpClient> ComeInAtTheCounterAsync(
        this TestCity city, HttpClient first, HttpClient second, Uri visit, string name)
    {
        const string Number = "P41273645";
        await city.CheckAsync(first, second, visit, name, number: Number);
        var page = await city.CheckAsync(first, second, visit, name, "recovery", number: Number);
        var person = city.Visit();
        (await person.EnterAsync(HandedOver().Match(page).Value)).ShouldBe("/me/devices");
        return person;
    }

    /// <summary>A blank card for the person of the visit, by two officers, with a PIN chosen there.</summary>
    internal static async Task<(long Serial, CardCode Code)> GetCardAsync(
        this TestCity city, HttpClient first, HttpClient second, Uri visit, string pin)
    {
        var printed = await city.Get<CardStore>().PrintAsync(PersonId.OfCast(Cast.WangYating), 1, default);
        var (serial, code) = printed[0];
        var page = $"{visit.AbsolutePath}/cards";
        using var bound = await first.SubmitAsync(page, "綁定新卡", ("serial", $"{serial}"));
        bound.RequestMessage!.RequestUri!.Query.ShouldBe("?done=bound");
        using var confirmed = await second.SubmitAsync(
            "/counter/cards", $"value=\"{serial}\"", ("decision", "confirm"), ("pin", pin), ("again", pin));
        confirmed.RequestMessage!.RequestUri!.Query.ShouldBe("?done=confirmed");
        return (serial, code);
    }

    public static async Task<JsonElement> MeAsync(this HttpClient person) =>
        await person.GetFromJsonAsync<JsonElement>("/api/v1/me");

    public static async Task<int> LevelAsync(this HttpClient person) =>
        (await person.MeAsync()).GetProperty("level").GetInt32();

    internal static async Task<PersonId> IdAsync(this HttpClient person) =>
        new((await person.MeAsync()).GetProperty("person").GetGuid());

    [GeneratedRegex("[0-9]{4} [0-9]{4}(?=</p>)")]
    private static partial Regex EightDigits();

    [GeneratedRegex("[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}")]
    private static partial Regex HandedOver();
}
