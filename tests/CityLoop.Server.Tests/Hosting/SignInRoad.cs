using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Dapper;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>
/// How somebody comes in during a test: by the same pages as everybody, with the code that really arrives.
/// </summary>
public static partial class SignInRoad
{
    /// <summary>Somebody of the cast, signed in; the client keeps the cookies and may call the API.</summary>
    public static async Task<HttpClient> SignInAsync(this TestCity city, string castId)
    {
        var client = city.Visit();
        await client.SignInAsync(city, city.ContactOf(castId));
        return client;
    }

    /// <summary>Whoever owns the contact signs in with this client; answers where they arrived.</summary>
    public static async Task<Uri> SignInAsync(
        this HttpClient client, TestCity city, string contact, string back = "/me")
    {
        client.DefaultRequestHeaders.TryAddWithoutValidation(Security.ApiHeader, "1");
        using var asked = await client.SubmitAsync(
            $"/sign-in?returnUrl={Uri.EscapeDataString(back)}", "name=\"Contact\"", ("Contact", contact));
        var codePage = asked.RequestMessage!.RequestUri!;
        codePage.AbsolutePath.ShouldBe("/sign-in/code");
        using var entered = await client.SendFormAsync(
            codePage, await asked.Content.ReadAsStringAsync(), "name=\"Code\"",
            ("Code", await city.LatestCodeAsync(contact)));
        entered.StatusCode.ShouldBe(HttpStatusCode.OK);
        return entered.RequestMessage!.RequestUri!;
    }

    /// <summary>A browser window signs in as somebody of the cast and goes to a page.</summary>
    public static async Task SignInAsync(this IPage page, TestCity city, string castId, string back = "/")
    {
        await page.GotoAsync($"/sign-in?returnUrl={Uri.EscapeDataString(back)}");
        await page.FillAsync("#contact", city.ContactOf(castId));
        await page.ClickAsync("#send-code");
        await page.FillAsync("#code", await city.LatestCodeAsync(city.ContactOf(castId)));
        await page.PressAsync("#code", "Enter");
        await page.WaitForURLAsync(
            address => !address.Contains("/sign-in", StringComparison.Ordinal),
            new PageWaitForURLOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
    }

    /// <summary>The code in the newest letter to a contact.</summary>
    public static async Task<string> LatestCodeAsync(this TestCity city, string contact)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var body = await connection.QueryFirstOrDefaultAsync<string>(
            """
            select body from pass.outbox where contact = @contact and subject ~ '[0-9]{6}' order by number desc limit 1
            """,
            new { contact = Contact.Read(contact)!.Value });
        return Digits().Match(body ?? throw new InvalidOperationException("No code was sent there.")).Value;
    }

    /// <summary>The e-mail address of somebody of the cast; the elder and the newborn have none.</summary>
    public static string ContactOf(this TestCity city, string castId) =>
        city.Pack.People.Single(p => p.Id == castId).Email
        ?? throw new ArgumentException($"{castId} has no contact and cannot sign in.");

    /// <summary>Who somebody of the cast is in the tables.</summary>
    internal static PersonId PersonOf(string castId) => PersonId.OfCast(castId);

    [GeneratedRegex("[0-9]{6,9}")]
    private static partial Regex Digits();
}
