using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Pass.Counter;
using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Pass.Letters;

/// <summary>Whose points end soon hears of it, once, where they want to.</summary>
public sealed class EndingPointsTests(TestCity city) : IClassFixture<TestCity>
{
    const string Subject = "你有點數快到期";

    DateOnly Today => city.Get<CityClock>().Today;

    [Fact]
    public async Task Two_weeks_ahead_the_amount_and_the_day_are_told_once_where_they_are_wanted()
    {
        var wants = await ComeInAsync("ends@example.org", "points:email");
        await ComeInAsync("ends-unasked@example.org", "access:email");
        var late = await ComeInAsync("ends-later@example.org", "points:email");
        await city.GiveAsync(await AccountAsync(late), 70, Today.AddDays(EndingPoints.DaysAhead + 1));

        await TellAsync();
        await TellAsync();

        var letter = await city.LetterAsync("ends@example.org", Subject);
        letter.ShouldContain("50 循環點數");
        letter.ShouldContain(Dates.DayAndYear(Today.AddDays(EndingPoints.DaysAhead - 1), "zh-TW"));
        await city.LettersGoneAsync();
        (await city.LettersAsync("ends@example.org", Subject)).Count.ShouldBe(1, "once");
        (await city.LettersAsync("ends-unasked@example.org", Subject)).ShouldBeEmpty();
        (await city.LettersAsync("ends-later@example.org", Subject)).Single().ShouldContain("你有 50 循環點數");

        // What comes to an end later is told a week later at the earliest, and without what was told before.
        await city.GiveAsync(await AccountAsync(wants), 8, Today.AddDays(EndingPoints.DaysAhead + 2));
        city.Clock.Advance(TimeSpan.FromDays(EndingPoints.DaysBetween - 1));
        await TellAsync();
        await city.LettersGoneAsync();
        (await city.LettersAsync("ends@example.org", Subject)).Count.ShouldBe(1, "the week is not over");
        city.Clock.Advance(TimeSpan.FromDays(1));
        await TellAsync();
        await city.LettersGoneAsync();
        (await city.LettersAsync("ends@example.org", Subject))[^1].ShouldContain("你有 8 循環點數");
    }

    async Task TellAsync() => await city.Get<EndingPoints>().TellAsync(TestContext.Current.CancellationToken);

    async Task<CityLoop.Ledger.AccountId> AccountAsync(PersonId person) =>
        await city.Get<PersonAccounts>().OfAsync(person, city.Pack.MainCurrency.Id, default);

    /// <summary>Somebody with these boxes ticked and 50 points that end in thirteen days.</summary>
    async Task<PersonId> ComeInAsync(string contact, string wanted)
    {
        using var client = city.Visit();
        await client.SignInAsync(city, contact);
        (await client.SubmitAsync("/me/letters", "name=\"wanted\"", ("wanted", wanted))).Dispose();
        var person = await client.IdAsync();
        await city.GiveAsync(await AccountAsync(person), 50, Today.AddDays(EndingPoints.DaysAhead - 1));
        return person;
    }
}
