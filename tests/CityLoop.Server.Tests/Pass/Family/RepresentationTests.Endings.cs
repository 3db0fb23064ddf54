using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>What ends mandates, and who ends none.</summary>
public sealed partial class RepresentationTests
{
    [Fact]
    public async Task A_court_s_guardianship_ends_mandates_and_is_not_kept_out_by_them()
    {
        using var ward = await ComeAsync("exploited@example.org", "林受騙");
        using var one = await ComeAsync("exploiter@example.org", "甲");
        using var two = await ComeAsync("exploiter-two@example.org", "乙");
        using var guardian = await ComeCheckedAsync("exploited-guardian@example.org", "好監護");
        await MandateAsync(ward, one, "exploiter@example.org");
        await MandateAsync(ward, two, "exploiter-two@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);

        (await RecordAsync(first, ward, guardian)).ShouldBe("?done=recorded");
        (await DecideAsync(second, "approve", await CheckOfAsync(ward))).ShouldBe("?done=approved");

        (await city.Get<Mandates>().ForAsync(await ward.IdAsync(), Stop)).Single().Name.ShouldBe("好監護");
        await city.LetterAsync("exploited@example.org", "甲 不再代 林受騙 操作");
        await city.LetterAsync("exploiter-two@example.org", "乙 不再代 林受騙 操作");
        // Two officers do not give for a ward what the ward cannot give.
        using var third = await ComeCheckedAsync("exploiter-three@example.org", "丙");
        (await RecordAsync(first, ward, third, Today, "mandate")).ShouldBe("?problem=mandate_not_of_age");
    }

    [Fact]
    public async Task An_ask_from_before_the_order_is_accepted_no_more()
    {
        using var ward = await ComeAsync("asked-before@example.org", "林先問");
        using var asked = await ComeAsync("asked-helper@example.org", "被問的");
        using var guardian = await ComeCheckedAsync("asked-guardian@example.org", "監護人");
        var (person, visit) = (await ward.IdAsync(), await VisitOfAsync(ward));
        (await city.Get<Mandates>().AskAsync(person, Contact.Read("asked-helper@example.org"), Today, Stop))
            .ShouldBe(MandateOutcome.Done);
        var ask = await AskOfAsync(person);
        await OrderAsync(visit, await guardian.IdAsync(), "guardianship");

        (await city.Get<GuardianAsks>().AcceptAsync(await asked.IdAsync(), person, Stop)).ShouldBeNull("it ended");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync("update pass.guardian_ask set ended_at = null where id = @ask", new { ask });
        (await city.Get<GuardianAsks>().AcceptAsync(await asked.IdAsync(), person, Stop))
            .ShouldBeNull("whatever the ask says");
        (await city.Get<Mandates>().ForAsync(person, Stop)).Single().Name.ShouldBe("監護人");
    }

    [Fact]
    public async Task What_held_when_an_order_was_recorded_is_looked_at_again_when_it_is_approved()
    {
        using var ward = await ComeAsync("thrice@example.org", "林三次");
        var visit = await VisitOfAsync(ward);
        List<PersonId> representatives = [];
        foreach (var name in new[] { "thrice-a", "thrice-b", "thrice-c" })
        {
            using var one = await ComeCheckedAsync($"{name}@example.org", name);
            representatives.Add(await one.IdAsync());
        }

        await OrderAsync(visit, representatives[0], "assistance");
        var orders = city.Get<CounterRepresentations>();
        var officer = PersonId.OfCast(Cast.ZhangJianguo);
        List<Guid> checks = [];
        foreach (var representative in representatives[1..])
            checks.Add(await RecordOrderAsync(visit, representative, "assistance"));

        (await orders.ApproveAsync(officer, checks[0], Stop)).Outcome.ShouldBe(RepresentationOutcome.Done);
        (await orders.ApproveAsync(officer, checks[1], Stop)).Outcome.ShouldBe(RepresentationOutcome.TooMany);
    }

    [Fact]
    public async Task Who_is_not_of_age_gives_no_mandate_at_a_counter()
    {
        using var minor = await ComeAsync("minor@example.org", "小未");
        using var adult = await ComeCheckedAsync("minor-friend@example.org", "大人");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(
            "update pass.person set born = @born where id = @id",
            new { born = Today.AddYears(-15), id = (await minor.IdAsync()).Value });

        (await city.Get<CounterRepresentations>().RecordAsync(
            PersonId.OfCast(Cast.WangYating), await VisitOfAsync(minor), await adult.IdAsync(), "mandate", Today, Stop))
            .ShouldBe(RepresentationOutcome.NotOfAge);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_helper_withdraws_nothing_that_the_elder_asked(bool hasRunOut)
    {
        using var elder = await ComeAsync($"asks-{hasRunOut}@example.org", "長輩");
        using var helper = await ComeAsync($"jealous-{hasRunOut}@example.org", "助手");
        var person = await elder.IdAsync();
        await MandateAsync(elder, helper, $"jealous-{hasRunOut}@example.org");
        if (hasRunOut)
            city.Clock.Advance(TimeSpan.FromDays(1));
        (await city.Get<Mandates>().AskAsync(person, Contact.Read("another@example.org"), Today, Stop))
            .ShouldBe(MandateOutcome.Done);

        (await city.Get<GuardianAsks>().EndAsync(await helper.IdAsync(), person, Stop)).ShouldBeFalse();
        (await city.Get<Mandates>().AskedAsync(person, Stop)).ShouldNotBeNull();
        (await city.Get<GuardianAsks>().EndAsync(person, person, Stop)).ShouldBeTrue("it is the elder's own");
    }

    /// <summary>A mandate that holds today.</summary>
    async Task MandateAsync(HttpClient giver, HttpClient helper, string contact)
    {
        var person = await giver.IdAsync();
        (await city.Get<Mandates>().AskAsync(person, Contact.Read(contact), Today, Stop)).ShouldBe(MandateOutcome.Done);
        (await city.Get<GuardianAsks>().AcceptAsync(await helper.IdAsync(), person, Stop)).ShouldBe(Grounds.Mandate);
    }

    async Task<HttpClient> ComeCheckedAsync(string contact, string name)
    {
        var person = await ComeAsync(contact, name);
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(
            """
            insert into pass.identity_check (id, person, document, first_officer, recorded_at, second_officer,
              approved_at, name_seen)
            values (gen_random_uuid(), @person, 'passport', @first, @now, @second, @now, @name)
            """,
            new
            {
                person = (await person.IdAsync()).Value, name, now = city.Clock.GetUtcNow(),
                first = PersonId.OfCast(Cast.WangYating).Value, second = PersonId.OfCast(Cast.ZhangJianguo).Value,
            });
        return person;
    }

    async Task<Visit> VisitOfAsync(HttpClient person) => new(
        Guid.NewGuid(), await person.IdAsync(), city.Clock.GetUtcNow(), PersonId.OfCast(Cast.WangYating),
        "identity_check");

    async Task OrderAsync(Visit visit, PersonId representative, string ground) =>
        (await city.Get<CounterRepresentations>().ApproveAsync(
            PersonId.OfCast(Cast.ZhangJianguo), await RecordOrderAsync(visit, representative, ground), Stop)).Outcome
            .ShouldBe(RepresentationOutcome.Done);

    async Task<Guid> RecordOrderAsync(Visit visit, PersonId representative, string ground)
    {
        (await city.Get<CounterRepresentations>().RecordAsync(
            PersonId.OfCast(Cast.WangYating), visit, representative, ground, Today.AddYears(1), Stop))
            .ShouldBe(RepresentationOutcome.Done);
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        return await connection.ExecuteScalarAsync<Guid>(
            "select id from pass.representation_check where person = @person and representative = @representative",
            new { person = visit.Person.Value, representative = representative.Value });
    }

    async Task<Guid> AskOfAsync(PersonId person)
    {
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        return await connection.ExecuteScalarAsync<Guid>(
            "select id from pass.guardian_ask where child = @Value", person);
    }
}
