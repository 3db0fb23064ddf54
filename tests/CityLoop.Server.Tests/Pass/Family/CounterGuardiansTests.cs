using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>A court has said that somebody is a child's guardian no more.</summary>
public sealed class CounterGuardiansTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_officers_who_saw_the_order_end_a_guardians_part_and_neither_does_it_alone()
    {
        var (mother, _, child) = await FamilyAsync("order");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var ofMother = await first.FindAsync("order-mother@example.org", "question");
        var ofFather = await second.FindAsync("order-father@example.org", "question");

        (await EndAsync(first, ofMother)).ShouldBe("?problem=reason_missing");
        (await EndAsync(first, ofMother, "court_order")).ShouldBe("?done=guardian_recorded");
        (await EndAsync(first, ofMother, "court_order")).ShouldBe("?done=guardian_recorded", "the same officer");
        (await EndAsync(second, ofMother, "register")).ShouldBe("?done=guardian_recorded", "they saw something else");
        (await EndAsync(second, ofFather, "court_order")).ShouldBe("?done=guardian_recorded", "of the other one");
        (await city.Get<FamilyStore>().GuardiansOfAsync(child, Stop)).Count.ShouldBe(2);

        (await EndAsync(second, ofMother, "court_order")).ShouldBe("?done=guardian_ended");
        (await city.Get<FamilyStore>().GuardiansOfAsync(child, Stop)).Single().Id.ShouldBe(mother.Value);
        (await city.LetterAsync("order-father@example.org", "少了一位監護人")).ShouldContain("order-father");
        await city.LetterAsync("order-mother@example.org", "少了一位監護人");
    }

    [Fact]
    public async Task A_word_from_an_hour_ago_is_none_and_nothing_tells_the_removed_one_of_a_counter()
    {
        var (mother, father, child) = await FamilyAsync("late");
        var (one, other) = (SignInRoad.PersonOf(Cast.WangYating), SignInRoad.PersonOf(Cast.ZhangJianguo));
        var guardians = city.Get<CounterGuardians>();
        Visit VisitOf(PersonId person) => new(Guid.NewGuid(), person, city.Clock.GetUtcNow(), one, "question");

        (await guardians.EndAsync(one, VisitOf(mother), child, "register", Stop)).ShouldBe((null, null));
        city.Clock.Advance(CounterChecks.ApproveWithin);
        (await guardians.EndAsync(other, VisitOf(mother), child, "register", Stop)).Removed.ShouldBeNull();
        (await guardians.EndAsync(father, VisitOf(mother), child, "register", Stop)).Problem
            .ShouldBe("not_of_yourself");
        (await guardians.EndAsync(one, VisitOf(mother), child, "register", Stop)).Removed.ShouldNotBeNull();

        (await guardians.EndAsync(one, VisitOf(mother), child, "register", Stop)).Problem
            .ShouldBe("no_other_guardian");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        (await connection.ExecuteScalarAsync<long>(
            """
            select (select count(*) from pass.counter_step where person = @Value)
              + (select count(*) from pass.access where person = @Value and officer is not null)
            """, father)).ShouldBe(0);
    }

    [Fact]
    public async Task The_other_guardian_reads_nowhere_that_somebody_was_at_a_counter_about_them()
    {
        var (mother, _, child) = await FamilyAsync("feared");
        using var first = await city.SignInAsync(Cast.WangYating);
        var ofMother = await first.FindAsync("feared-mother@example.org", "question");
        (await EndAsync(first, ofMother, "court_order")).ShouldBe("?done=guardian_recorded");

        (await ReadAsync("feared-father@example.org", child)).ShouldNotContain("王雅婷");
        (await ReadAsync("feared-father@example.org", child)).ShouldNotContain("court_order");
        (await ReadAsync("feared-mother@example.org", child)).ShouldContain("王雅婷", customMessage: "she was there");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.counter_step where person = @Value", child)).ShouldBe(0);

        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        (await EndAsync(second, ofMother, "court_order")).ShouldBe("?done=guardian_ended");
        await city.Get<GuardianAsks>().AskAsync(mother, child, Contact.Read("feared-again@example.org"), Stop);
        using var again = city.Visit();
        await again.SignInAsync(city, "feared-again@example.org");
        (await city.Get<GuardianAsks>().AcceptAsync(await again.IdAsync(), child, Stop)).ShouldNotBeNull();
        var read = await ReadAsync("feared-again@example.org", child);
        foreach (var hidden in new[] { "王雅婷", "張建國", "court_order", "GuardianEnd" })
            read.ShouldNotContain(hidden);
    }

    // What a guardian's page and file say of a child.
    async Task<string> ReadAsync(string guardian, PersonId child)
    {
        using var client = city.Visit();
        await client.SignInAsync(city, guardian);
        var page = ChildPage.AddressOf(child.Value);
        return await client.GetStringAsync(page, Stop) + await client.GetStringAsync($"{page}/data.json", Stop);
    }

    async Task<(PersonId Mother, PersonId Father, PersonId Child)> FamilyAsync(string name)
    {
        using var mother = city.Visit();
        using var father = city.Visit();
        await mother.SignInAsync(city, $"{name}-mother@example.org");
        await father.SignInAsync(city, $"{name}-father@example.org");
        var (one, two) = (await mother.IdAsync(), await father.IdAsync());
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(
            "update pass.person set name = @name where id = @id", new { name = $"{name}-father", id = two.Value });
        await mother.AddChildAsync($"{name}-child", city.Get<CityClock>().Today.AddYears(-6));
        var child = new PersonId((await city.Get<FamilyStore>().ChildrenOfAsync(one, Stop)).Single().Id);
        await city.Get<GuardianAsks>().AskAsync(one, child, Contact.Read($"{name}-father@example.org"), Stop);
        (await city.Get<GuardianAsks>().AcceptAsync(two, child, Stop)).ShouldBe(Grounds.Child);
        return (one, two, child);
    }

    static async Task<string> EndAsync(HttpClient officer, Uri visit, string? reason = null)
    {
        using var sent = await officer.SubmitAsync(
            $"{visit.AbsolutePath}/children", "/guardians/end", ("reason", reason ?? ""));
        return sent.RequestMessage!.RequestUri!.Query;
    }
}
