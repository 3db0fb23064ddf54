using System.Net;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>A person's browser without scripts, which stops where it would leave the city.</summary>
sealed class Citizen(TestCity city) : IDisposable
{
    readonly CookieContainer _cookies = new();
    HttpClient? _client;

    public HttpClient Client => _client ??= city.Visit(followsRedirects: false, _cookies);

    /// <summary>The page at which the browser stands.</summary>
    public string Page { get; private set; } = "";

    public Uri Address { get; private set; } = city.Address;

    /// <summary>Somebody of the cast, signed in with a code.</summary>
    public static async Task<Citizen> SignInAsync(TestCity city, string castId)
    {
        var citizen = new Citizen(city);
        await citizen.SignInAsync(city.ContactOf(castId));
        return citizen;
    }

    /// <summary>Signs in by the pages; answers where the pages lead then.</summary>
    public async Task<Uri> SignInAsync(string contact, string back = "/me")
    {
        using var client = city.Visit(cookies: _cookies);
        return await client.SignInAsync(city, contact, back);
    }

    /// <summary>Goes to an address, agrees if asked, and answers what the service is told then.</summary>
    public async Task<Dictionary<string, string>> GoAsync(string address)
    {
        var left = await OpenAsync(address) ?? await DecideAsync("yes");
        return Told(left.ShouldNotBeNull(Page));
    }

    /// <summary>Goes to an address and on as far as the city leads; answers where it sends the browser away.</summary>
    public async Task<Uri?> OpenAsync(string address)
    {
        using var answer = await Client.GetAsync(address);
        return await FollowAsync(answer);
    }

    /// <summary>Presses a button of the consent page's form; answers where the city sends the browser away.</summary>
    public async Task<Uri?> DecideAsync(string with)
    {
        using var answer = await Client.SendFormAsync(Address, Page, "name=\"request\"", ("answer", with));
        return await FollowAsync(answer);
    }

    /// <summary>What an address says behind the question mark.</summary>
    public static Dictionary<string, string> Told(Uri address) =>
        QueryHelpers.ParseQuery(address.Query).ToDictionary(part => part.Key, part => part.Value.ToString());

    public void Dispose() => _client?.Dispose();

    async Task<Uri?> FollowAsync(HttpResponseMessage answer)
    {
        Address = answer.RequestMessage!.RequestUri!;
        Page = await answer.Content.ReadAsStringAsync();
        if (answer.Headers.TryGetValues("Refresh", out var refresh))
            return new Uri(refresh.Single()["0;url=".Length..]);
        if (answer.Headers.Location is not { } location)
            return null;
        var next = new Uri(Address, location);
        return next.Authority == city.Address.Authority ? await OpenAsync(next.PathAndQuery) : next;
    }
}
