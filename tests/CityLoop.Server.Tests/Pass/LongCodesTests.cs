using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Pass;

/// <summary>Somebody goes after one person's codes, for an hour or for a year: what that is worth to them.</summary>
public sealed class LongCodesTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_year_of_guessing_at_one_persons_codes_comes_in_less_than_once_in_two_thousand_years()
    {
        var codes = city.Get<OneTimeCodes>();
        var hunted = Contact.Read("year@example.org")!;
        const int hours = 48;
        double chance = 0;
        var compared = 0;
        for (var hour = 0; hour < hours; hour++, city.Clock.Advance(TimeSpan.FromHours(1)))
            while (await codes.IssueAsync(hunted, default) is { } issued)
                for (var guess = 0; guess < OneTimeCodes.Tries; guess++, compared++)
                {
                    (await codes.CheckAsync(hunted, issued.Ticket, "wrong", default))
                        .ShouldBeOneOf(CodeOutcome.WrongCode, CodeOutcome.TooManyTries);
                    chance += Math.Pow(10, -issued.Code.Length);
                }

        compared.ShouldBe(hours * OneTimeCodes.SendsPerHour * OneTimeCodes.Tries, "as often as the limits let them");
        // What the first guesses cost comes again when they are forgotten, at most every thirty days.
        const double hoursInMonth = 30 * 24;
        var steady = (await codes.IssueAsync(hunted, default))!.Code.Length;
        var month = chance + (hoursInMonth - hours) * OneTimeCodes.SendsPerHour * OneTimeCodes.Tries
            * Math.Pow(10, -steady);
        (month * 365 / 30).ShouldBeLessThan(1 / 2_000.0);
    }

    [Fact]
    public async Task A_long_code_signs_in_like_a_short_one_and_after_a_month_codes_are_short_again()
    {
        var codes = city.Get<OneTimeCodes>();
        var hunted = Contact.Read("long@example.org")!;
        for (var code = 0; code < 3; code++)
            await GuessAsync(codes, hunted);
        using var owner = city.Visit();
        await owner.SignInAsync(city, "long@example.org");
        city.Clock.Advance(TimeSpan.FromHours(1));
        (await codes.IssueAsync(hunted, default))!.Code.Length
            .ShouldBe(9, "the owner came in, the guesser is still there");

        city.Clock.Advance(TimeSpan.FromDays(30));

        (await codes.IssueAsync(hunted, default))!.Code.Length.ShouldBe(6);
    }

    [Fact]
    public async Task Who_uses_up_somebody_elses_codes_keeps_them_from_no_browser_in_which_they_signed_in_before()
    {
        const string contact = "kept-out@example.org";
        using var owner = city.Visit();
        await owner.SignInAsync(city, contact);
        (await owner.SubmitAsync("/me", "action=\"/sign-out\"")).Dispose();
        using var asked = await owner.PostAsJsonAsync("/api/v1/sign-in/code", new { contact });
        var ticket = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString();
        var code = await city.LatestCodeAsync(contact);

        using var other = city.Visit();
        HttpStatusCode last;
        var sent = 0;
        do
        {
            using var wished = await other.PostAsJsonAsync("/api/v1/sign-in/code", new { contact });
            (last, sent) = (wished.StatusCode, sent + 1);
        }
        while (last == HttpStatusCode.OK);

        (last, sent).ShouldBe((HttpStatusCode.TooManyRequests, OneTimeCodes.SendsPerHour + 1));
        using var entered = await owner.PostAsJsonAsync("/api/v1/sign-in", new { contact, ticket, code });
        entered.StatusCode.ShouldBe(HttpStatusCode.OK, "nobody else's wish takes the code that is on its way");
        (await owner.SubmitAsync("/me", "action=\"/sign-out\"")).Dispose();
        await owner.SignInAsync(city, contact);
    }

    static async Task GuessAsync(OneTimeCodes codes, Contact contact)
    {
        var issued = (await codes.IssueAsync(contact, default))!;
        for (var guess = 0; guess < OneTimeCodes.Tries; guess++)
            await codes.CheckAsync(contact, issued.Ticket, "wrong", default);
    }
}
