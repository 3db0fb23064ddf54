using System.Net;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Recovery;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass;

/// <summary>Ten thousand guesses at each kind of code: none comes in, the owner is told and still does.</summary>
public sealed class GuessingTests(TestCity city) : IClassFixture<TestCity>
{
    const int Guesses = 10_000;

    [Fact]
    public async Task At_one_time_codes()
    {
        const string contact = "hunted@example.org";
        using var owner = await ComeInAsync(contact);
        var paper = await city.Get<RecoveryCodes>().MakeSetAsync(await owner.IdAsync(), default);
        var (compared, issued) = (0, await AskAsync(contact));
        for (var guess = 0; guess < Guesses; guess++)
        {
            // From another address each time, as a rented crowd would: no limit by address helps here.
            var outcome = await TryAsync(contact, issued, $"{guess * 7 % 1_000_000:D6}", AddressOf(guess));
            outcome.ShouldNotBe(CodeOutcome.Accepted);
            compared += outcome is CodeOutcome.WrongCode or CodeOutcome.TooManyTries ? 1 : 0;
            if (outcome is CodeOutcome.TooManyTries)
                issued = await AskAsync(contact);
        }

        compared.ShouldBeLessThanOrEqualTo(OneTimeCodes.SendsPerHour * OneTimeCodes.Tries);
        await city.LetterAsync(contact, "有人在試你的驗證碼");
        // Codes to this contact are used up for an hour; paper is not, and a passkey never is.
        (await city.Get<RecoveryCodes>().TakeAsync(IPAddress.Loopback, paper[0], default)).Outcome
            .ShouldBe(RecoveryOutcome.Accepted);
        city.Clock.Advance(TimeSpan.FromHours(1));
        using var again = await ComeInAsync(contact);
        (await again.IdAsync()).ShouldBe(await owner.IdAsync());
    }

    [Fact]
    public async Task At_recovery_codes_of_somebody_whose_first_five_letters_are_known()
    {
        const string contact = "paperhunt@example.org";
        using var owner = await ComeInAsync(contact);
        var codes = city.Get<RecoveryCodes>();
        var paper = await codes.MakeSetAsync(await owner.IdAsync(), default);
        var outcomes = new Dictionary<RecoveryOutcome, int>();
        for (var guess = 0; guess < Guesses; guess++)
        {
            var typed = $"{paper[0][..5]}-{guess:D5}-ABCDE-FGHJK";
            var (outcome, _) = await codes.TakeAsync(AddressOf(guess % 40), typed, default);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        outcomes.ShouldNotContainKey(RecoveryOutcome.Accepted);
        outcomes[RecoveryOutcome.NotGood].ShouldBe(40 * WrongTries.DefaultMaxPerAddress);
        await city.LetterAsync(contact, "有人在試你的備用碼");
        await city.LettersGoneAsync();
        (await city.LettersAsync(contact, "有人在試你的備用碼")).Count.ShouldBe(1, "told once a day");
        (await codes.TakeAsync(IPAddress.Loopback, paper[7], default)).Outcome.ShouldBe(RecoveryOutcome.Accepted);
    }

    [Fact]
    public async Task At_the_code_that_somebody_shows_at_a_counter_by_an_officer()
    {
        using var person = await ComeInAsync("shown@example.org");
        var search = city.Get<FindPerson>();
        var code = await person.CounterCodeAsync();
        var outcomes = new Dictionary<FindPerson.Outcome, int>();
        for (var guess = 0; guess < Guesses; guess++)
        {
            var (outcome, _) = await search.FindAsync(
                PersonId.OfCast(Cast.WangYating), $"{guess * 9_973 % 100_000_000:D8}", "question", default);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        outcomes.ShouldNotContainKey(FindPerson.Outcome.Found);
        outcomes[FindPerson.Outcome.NobodyFound].ShouldBe(FindPerson.WrongTriesMax);
        // The guesser waits; the person is found by the officer before whom they stand.
        (await search.FindAsync(PersonId.OfCast(Cast.ZhangJianguo), code, "question", default)).Outcome
            .ShouldBe(FindPerson.Outcome.Found);
    }

    async Task<HttpClient> ComeInAsync(string contact)
    {
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        return client;
    }

    /// <summary>Another code, as long as any is sent; the ticket stays with the guesser.</summary>
    async Task<string> AskAsync(string contact) =>
        (await city.Get<OneTimeCodes>().IssueAsync(Contact.Read(contact)!, default))?.Ticket ?? "none";

    async Task<CodeOutcome> TryAsync(string contact, string ticket, string code, IPAddress from)
    {
        await using var scope = city.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Connection.RemoteIpAddress = from;
        return await scope.ServiceProvider.GetRequiredService<CodeRoad>().ProveAsync(
            context, Contact.Read(contact)!, ticket, code);
    }

    static IPAddress AddressOf(int guess) => new(0x0A000001L + guess);
}
