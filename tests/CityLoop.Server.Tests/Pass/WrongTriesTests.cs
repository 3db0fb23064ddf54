using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass;

public sealed class WrongTriesTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Guessing_at_very_many_contacts_makes_codes_rest_for_minutes_and_passkeys_never()
    {
        city.Clock.Advance(WrongTries.Window);
        var logged = city.Log.Lines.Count;
        var (ticket, code) = await AskAsync("honest@example.org");
        for (var contact = 0; contact < WrongTries.DefaultMax / OneTimeCodes.Tries; contact++)
            await GuessAsync($"sprayed{contact}@example.org", IPAddress.Parse($"203.0.{contact}.1"));

        (await TryAsync("honest@example.org", ticket, code)).ShouldBe("429 codes_rest");
        using var client = city.Visit();
        using var passkey = await client.PostAsync("/api/v1/sign-in/passkey/challenge", null);
        passkey.StatusCode.ShouldBe(HttpStatusCode.OK);
        city.Log.Lines.Skip(logged).ShouldHaveSingleItem().ShouldContain("somebody guesses");
        city.Clock.Advance(WrongTries.Window);
        (await TryAsync("honest@example.org", ticket, code)).ShouldBe("200 ");
    }

    [Fact]
    public async Task Who_is_kept_waiting_loses_no_try_and_reads_what_to_do()
    {
        city.Clock.Advance(WrongTries.Window);
        using var client = city.Visit();
        using var asked = await client.SubmitAsync("/sign-in", "name=\"Contact\"", ("Contact", "waits@example.org"));
        var wrongTries = city.Get<WrongTries>();
        for (var i = 0; i < WrongTries.DefaultMax; i++)
            await wrongTries.CountAsync(new IPAddress(0x0A000001L + i), default);
        var code = await city.LatestCodeAsync("waits@example.org");
        for (var i = 0; i < OneTimeCodes.Tries; i++)
        {
            using var told = await client.SubmitAsync("/sign-in/code", "name=\"Code\"", ("Code", code));
            (await told.PageAsync(HttpStatusCode.TooManyRequests)).ShouldContain("請等 5 分鐘再試");
        }

        city.Clock.Advance(WrongTries.Window);
        using var entered = await client.SubmitAsync("/sign-in/code", "name=\"Code\"", ("Code", code));
        entered.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/welcome");
    }

    [Fact]
    public async Task While_codes_rest_they_are_taken_where_the_owner_signed_in_before()
    {
        city.Clock.Advance(WrongTries.Window);
        using var owner = city.Visit();
        await owner.SignInAsync(city, "at-home@example.org");
        (await owner.SubmitAsync("/me", "action=\"/sign-out\"")).Dispose();
        var wrongTries = city.Get<WrongTries>();
        for (var i = 0; i < WrongTries.DefaultMax; i++)
            await wrongTries.CountAsync(new IPAddress(0x0A010001L + i), default);
        var (ticket, code) = await AskAsync("elsewhere@example.org");
        (await TryAsync("elsewhere@example.org", ticket, code)).ShouldBe("429 codes_rest");

        (await owner.SignInAsync(city, "at-home@example.org")).AbsolutePath.ShouldBe("/me");
    }

    [Fact]
    public async Task One_address_cannot_fill_the_citys_ceiling()
    {
        city.Clock.Advance(AddressLimits.Window);
        var guesser = IPAddress.Parse("198.51.100.1");
        for (var contact = 0; contact < WrongTries.DefaultMaxPerAddress / OneTimeCodes.Tries; contact++)
            await GuessAsync($"one{contact}@example.org", guesser);
        var (ticket, code) = await AskAsync("neighbour@example.org");

        (await OutcomeAsync("neighbour@example.org", ticket, code, guesser))
            .ShouldBe(CodeOutcome.TooManyFromThisAddress);
        (await TryAsync("neighbour@example.org", ticket, code)).ShouldBe("200 ");
    }

    /// <summary>Uses up the tries of a contact's code.</summary>
    async Task GuessAsync(string contact, IPAddress from)
    {
        var issued = (await city.Get<OneTimeCodes>().IssueAsync(Contact.Read(contact)!, default))!;
        for (var i = 0; i < OneTimeCodes.Tries; i++)
            (await OutcomeAsync(contact, issued.Ticket, "x", from))
                .ShouldBeOneOf(CodeOutcome.WrongCode, CodeOutcome.TooManyTries);
    }

    /// <summary>A try from somewhere else than this machine.</summary>
    async Task<CodeOutcome> OutcomeAsync(string contact, string ticket, string code, IPAddress from)
    {
        await using var scope = city.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Connection.RemoteIpAddress = from;
        var road = scope.ServiceProvider.GetRequiredService<CodeRoad>();
        return (await road.SignInAsync(context, Contact.Read(contact)!, ticket, code)).Outcome;
    }

    async Task<(string Ticket, string Code)> AskAsync(string contact)
    {
        using var client = city.Visit();
        using var asked = await client.PostAsJsonAsync("/api/v1/sign-in/code", new { contact });
        var ticket = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString()!;
        return (ticket, await city.LatestCodeAsync(contact));
    }

    async Task<string> TryAsync(string contact, string ticket, string code)
    {
        using var client = city.Visit();
        using var answer = await client.PostAsJsonAsync("/api/v1/sign-in", new { contact, ticket, code });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return $"{(int)answer.StatusCode} {(body.TryGetProperty("code", out var problem) ? problem.GetString() : "")}";
    }
}
