using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Pass.Recovery;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Pass.Counter;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass;

/// <summary>
/// Thousands of guesses at each kind of code. They miss by choice here; what protects is how few of them are compared
/// with anything at all, and that is what is asserted. The owner is told, and still comes in.
/// </summary>
public sealed class GuessingTests(TestCity city) : IClassFixture<TestCity>
{
    const int Guesses = 10_000;
    const string Pin = "274918";

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
        // Strangers have used up their codes to this contact for an hour. The owner comes in at once in a browser in
        // which they have been before, and with paper anywhere; a passkey asks for no code at all.
        await owner.SignInAsync(city, contact);
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
        using var earlier = await ComeInAsync("shown-before@example.org");
        using var elsewhere = await ComeInAsync("not-shown@example.org");
        await earlier.CounterCodeAsync();
        city.Clock.Advance(CounterCodes.Life * 2);
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
        foreach (var contact in new[] { "shown@example.org", "shown-before@example.org" })
            await city.LetterAsync(contact, "有人在試櫃台碼");
        await city.LettersGoneAsync();
        (await city.LettersAsync("shown@example.org", "有人在試櫃台碼")).Count.ShouldBe(1, "told once");
        (await city.LettersAsync("not-shown@example.org", "有人在試櫃台碼")).ShouldBeEmpty();
        // The guesser waits; the person is found by the officer before whom they stand.
        (await search.FindAsync(PersonId.OfCast(Cast.ZhangJianguo), code, "question", default)).Outcome
            .ShouldBe(FindPerson.Outcome.Found);
    }

    [Fact]
    public async Task At_a_card_s_pin_in_one_shop()
    {
        const string contact = "card-hunted@example.org";
        var (serial, code) = await CardAsync(contact);
        // Half of them here, half from shop to shop. The clock of the thief's till alone runs, for a hundred days.
        var (tills, clock) = OwnClock();
        var (thief, compared) = (Guid.NewGuid(), 0);
        for (var guess = 0; guess < Guesses / 2; guess++)
        {
            clock.Advance(TimeSpan.FromDays(100) / (Guesses / 2));
            var decision = await tills.AllowAsync(
                CardCode.Read(code)!, thief, Guid.NewGuid(), 900, $"{guess:D6}", default);
            decision.Outcome.ShouldBeOneOf(CardOutcome.PinWrong, CardOutcome.PinWaits);
            compared += decision.Outcome == CardOutcome.PinWrong ? 1 : 0;
        }

        compared.ShouldBeInRange(CardPin.FreeTries, 130, "PINs were compared, of a million");
        (await city.LetterAsync(contact, "有人一直輸入錯的卡片密碼")).ShouldContain($"{serial}");
        // The right PIN pays at once in a shop where nobody has guessed; where somebody has it waits.
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await PayAsync(till, code, 900, Pin)).ShouldBeDone();
        (await tills.AllowAsync(CardCode.Read(code)!, thief, Guid.NewGuid(), 900, Pin, default)).Outcome
            .ShouldBe(CardOutcome.PinWaits);
        (await city.Get<CardStore>().SetPinAsync(serial, "918274", default)).ShouldBeTrue();
        (await tills.AllowAsync(CardCode.Read(code)!, thief, Guid.NewGuid(), 900, "918274", default)).Outcome
            .ShouldBe(CardOutcome.Allowed);
    }

    [Fact]
    public async Task At_a_card_s_pin_in_a_hundred_shops()
    {
        const string contact = "shop-to-shop@example.org";
        var (serial, code) = await CardAsync(contact);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await PayAsync(till, code, 900, Pin)).ShouldBeDone();
        var (tills, clock) = OwnClock();
        Guid[] shops = [.. Enumerable.Range(0, 100).Select(_ => Guid.NewGuid())];
        var compared = 0;
        for (var guess = 0; guess < Guesses / 2; guess++)
        {
            clock.Advance(TimeSpan.FromDays(100) / (Guesses / 2));
            var decision = await tills.AllowAsync(
                CardCode.Read(code)!, shops[guess / 35 % 100], Guid.NewGuid(), 900, $"{guess:D6}", default);
            decision.Outcome.ShouldBeOneOf(CardOutcome.PinWrong, CardOutcome.PinWaits);
            compared += decision.Outcome == CardOutcome.PinWrong ? 1 : 0;
        }

        compared.ShouldBeInRange(
            PinTries.ShopsMax * CardPin.FreeTries, 150, "PINs were compared, of a million");
        (await city.LetterAsync(contact, "有人一直輸入錯的卡片密碼")).ShouldContain($"{serial}");
        // Where the owner has paid with the PIN before it goes on; elsewhere small sums do, and all with a new PIN.
        (await PayAsync(till, code, 900, Pin)).ShouldBeDone();
        (await tills.AllowAsync(CardCode.Read(code)!, Guid.NewGuid(), Guid.NewGuid(), 900, Pin, default)).Outcome
            .ShouldBe(CardOutcome.PinWaits);
        (await tills.AllowAsync(CardCode.Read(code)!, shops[0], Guid.NewGuid(), 100, null, default)).Outcome
            .ShouldBe(CardOutcome.Allowed);
        (await city.Get<CardStore>().SetPinAsync(serial, "918274", default)).ShouldBeTrue();
        (await tills.AllowAsync(CardCode.Read(code)!, shops[0], Guid.NewGuid(), 900, "918274", default)).Outcome
            .ShouldBe(CardOutcome.Allowed);
    }

    [Fact]
    public async Task At_cards_by_a_shop_that_makes_up_their_codes()
    {
        var (_, code) = await CardAsync("made-up@example.org");
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        await Parallel.ForAsync(0, Guesses, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            var answer = await PayAsync(till, CardCode.New().Text, 1, null);
            answers.AddOrUpdate(answer.Status, 1, (_, before) => before + 1);
        });

        answers.Keys.ShouldBe([HttpStatusCode.Conflict, HttpStatusCode.TooManyRequests], ignoreOrder: true);
        // A little more than ten: eight tills asked at once.
        answers[HttpStatusCode.Conflict].ShouldBeLessThan(20);
        // Seconds later the shop may go on: its own guesses keep it from honest cards no longer.
        city.Clock.Advance(WrongCodeLimit.Regain * 10);
        (await PayAsync(till, code, 100, null)).ShouldBeDone();
    }

    /// <summary>Somebody's card that has a PIN and points behind it.</summary>
    async Task<(long Serial, string Code)> CardAsync(string contact)
    {
        using var owner = await ComeInAsync(contact);
        var (cards, person) = (city.Get<CardStore>(), await owner.IdAsync());
        var officer = PersonId.OfCast(Cast.WangYating);
        var (serial, code) = (await cards.PrintAsync(officer, 1, default))[0];
        (await cards.BindToAsync(officer, serial, person, isFirst: true, default)).ShouldBe(BindOutcome.Bound);
        (await cards.SetPinAsync(serial, Pin, default)).ShouldBeTrue();
        var account = await city.Get<PersonAccounts>().OfAsync(person, city.Pack.MainCurrency.Id, default);
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", default);
        await city.PostAsync(new Transfer(Guid.NewGuid(), budget, account, 5_000, TransferCode.Earn));
        return (serial, code.Text);
    }

    (CardTill Tills, TestClock Clock) OwnClock()
    {
        var clock = new TestClock();
        clock.Set(city.Clock.GetUtcNow());
        return (new CardTill(
            city.Database, city.Pack, new CityClock(clock, city.Pack), city.Get<LetterWriter>()), clock);
    }

    static Task<Answer> PayAsync(HttpClient till, string code, long amount, string? pin) => till.SendAsync(
        "/api/v1/till/charges", JsonSerializer.Serialize(new { id = Guid.NewGuid(), code, amount, pin }));

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
