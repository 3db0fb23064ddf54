using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>Somebody comes to a counter to be rid of the one who acts for them.</summary>
public sealed class CounterMandatesTests(TestCity city) : IClassFixture<TestCity>
{
    const string EndForm = "action=\"/counter/mandates/end\"";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mandate_given_online_is_seen_and_ended_at_a_counter_and_nothing_says_so_to_who_had_it()
    {
        using var giver = await ComeAsync("fears@example.org");
        using var holder = await ComeAsync("feared@example.org");
        var (person, other) = (await giver.IdAsync(), await holder.IdAsync());
        await MandateAsync(person, other, "feared@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);
        var visit = await officer.FindAsync("fears@example.org", "question");
        using var unreasoned = await officer.SubmitAsync(visit.AbsolutePath, EndForm);
        unreasoned.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=reason_missing");

        using var ended = await officer.SubmitAsync(visit.AbsolutePath, EndForm, ("reason", "own_wish"));

        ended.RequestMessage!.RequestUri!.Query.ShouldBe("?done=mandate_ended");
        (await city.Get<Mandates>().ForAsync(person, Stop)).ShouldBeEmpty();
        (await giver.GetStringAsync("/me/level", Stop)).ShouldContain("結束代為操作");
        var letter = await city.LetterAsync("feared@example.org", "不再代");
        await city.LetterAsync("fears@example.org", "不再代");
        letter.ShouldNotContain("櫃台");
        letter.ShouldNotContain("意思");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        (await connection.QueryAsync<string>(
            "select reason from pass.counter_step where person = @Value and reason is not null", person))
            .ShouldBe(["own_wish"]);
        (await connection.ExecuteScalarAsync<long>(
            """
            select (select count(*) from pass.counter_step where person = @Value)
              + (select count(*) from pass.access where person = @Value and officer is not null)
            """, other)).ShouldBe(0, "who had it learns of no counter");
    }

    [Fact]
    public async Task An_officer_ends_no_mandate_that_they_have_themselves_and_none_of_somebody_who_is_not_there()
    {
        using var giver = await ComeAsync("officers-friend@example.org");
        using var holder = await ComeAsync("their-helper@example.org");
        using var stranger = await ComeAsync("not-there@example.org");
        var (person, officer) = (await giver.IdAsync(), SignInRoad.PersonOf(Cast.WangYating));
        await MandateAsync(person, await holder.IdAsync(), "their-helper@example.org");
        var mandates = city.Get<CounterMandates>();
        Visit VisitOf(PersonId of) => new(Guid.NewGuid(), of, city.Clock.GetUtcNow(), officer, "question");

        (await mandates.EndAsync(officer, VisitOf(await stranger.IdAsync()), await holder.IdAsync(), "own_wish", Stop))
            .ShouldBe("no_mandate");
        (await mandates.EndAsync(await holder.IdAsync(), VisitOf(person), await holder.IdAsync(), "own_wish", Stop))
            .ShouldBe("not_of_yourself");
        (await mandates.EndAsync(officer, VisitOf(person), await holder.IdAsync(), "fear", Stop))
            .ShouldBe("reason_missing");
        (await city.Get<Mandates>().ForAsync(person, Stop)).Count.ShouldBe(1);
    }

    async Task<HttpClient> ComeAsync(string contact)
    {
        var person = city.Visit();
        await person.SignInAsync(city, contact);
        return person;
    }

    async Task MandateAsync(PersonId giver, PersonId holder, string contact)
    {
        var lastDay = city.Get<CityClock>().Today.AddMonths(3);
        (await city.Get<Mandates>().AskAsync(giver, Contact.Read(contact), lastDay, Stop))
            .ShouldBe(MandateOutcome.Done);
        (await city.Get<GuardianAsks>().AcceptAsync(holder, giver, Stop)).ShouldBe(Grounds.Mandate);
    }
}
