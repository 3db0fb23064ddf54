using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityLoop.Server.Tests.Pass.Letters;

/// <summary>Letters wait while their road is closed, and go when it opens.</summary>
public sealed class PostmanTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>An hour ahead, so that the city's own postman never takes these letters.</summary>
    readonly TestClock _clock = new();

    [Fact]
    public async Task A_letter_that_cannot_go_is_tried_again_later_and_leaves_no_copy_behind()
    {
        await WriteAsync("waiting@example.org");
        using var closed = ClosedRoad();
        (await PostmanOf(closed).CarryOneAsync(default)).ShouldBeTrue();
        var open = PostmanOf(city.Get<Outbox>());
        (await open.CarryOneAsync(default)).ShouldBeFalse("not at once");

        _clock.Advance(TimeSpan.FromMinutes(1));
        (await open.CarryOneAsync(default)).ShouldBeTrue();

        (await city.LettersAsync("waiting@example.org", "subject")).ShouldBe(["body"]);
        (await LeftAsync("waiting@example.org")).ShouldBe(0);
    }

    [Fact]
    public async Task After_a_day_of_trying_it_is_given_up()
    {
        await WriteAsync("lost@example.org");
        using var closed = ClosedRoad();
        _clock.Advance(Postman.GivesUpAfter + TimeSpan.FromMinutes(1));

        (await PostmanOf(closed).CarryOneAsync(default)).ShouldBeTrue();

        (await LeftAsync("lost@example.org")).ShouldBe(0);
    }

    /// <summary>Nobody listens there.</summary>
    WebhookSender ClosedRoad() => new(
        new WebhookOptions
        {
            Address = "http://127.0.0.1:1/", Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Channels = ["email"],
        }, _clock);

    Postman PostmanOf(ILetterSender road) => new(city.Database, road, _clock, NullLogger<Postman>.Instance);

    async Task WriteAsync(string contact)
    {
        _clock.Set(city.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into pass.letter (id, person, contact, subject, body, made_at, next_try_at)
            values (@id, @person, @contact, 'subject', 'body', @now, @now)
            """,
            new
            {
                id = Guid.CreateVersion7(_clock.GetUtcNow()), person = PersonId.OfCast(Cast.LinMeiling).Value, contact,
                now = _clock.GetUtcNow(),
            });
    }

    async Task<long> LeftAsync(string contact)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.letter where contact = @contact", new { contact });
    }
}
