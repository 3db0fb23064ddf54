using CityLoop.Server.City;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>A person says no to a service that asks for a proof.</summary>
public sealed class DeclineRequestTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_no_stands_once_in_the_persons_own_list_and_there_is_nothing_to_take_back()
    {
        var school = await ProofService.RegisterAsync(city, "declined-school");
        var request = await school.StartedAsync();
        using var emma = await city.SignInAsync(Cast.EmmaDubois);

        for (var tap = 0; tap < 2; tap++)
            (await emma.SubmitAsync(SharePage.AddressOf(await school.StartedAsync()), "id=\"decline\"")).Dispose();
        (await city.Get<GiveConsent>().DeclineAsync(request, PersonId.OfCast(Cast.EmmaDubois), default)).ShouldBeTrue();
        (await city.Get<GiveConsent>().DeclineAsync(request, PersonId.OfCast(Cast.EmmaDubois), default))
            .ShouldBeFalse("it has been answered");

        var line = (await city.Get<MyAccesses>().OfAsync(PersonId.OfCast(Cast.EmmaDubois), 10, 0, default))
            .Single(one => one.Names?.Values.Contains("declined-school") == true);
        (line.IsGiven, line.Times, line.Revoke).ShouldBe((false, 3, null));
        (await emma.GetStringAsync("/me/data/access")).ShouldContain("拒絕");
    }

    [Fact]
    public async Task The_committee_counts_declines_among_the_refusals_without_people()
    {
        city.Clock.Advance(TimeSpan.FromDays(70));
        var school = await ProofService.RegisterAsync(city, "counted-school");
        foreach (var person in await PeopleAsync(12))
            (await city.Get<GiveConsent>().DeclineAsync(await school.StartedAsync(), person, default)).ShouldBeTrue();
        city.Clock.Advance(TimeSpan.FromDays(1));

        var sum = (await city.Get<AccessSums>().ReadAsync(default))
            .Single(sum => sum.Names?["en"] == "counted-school");

        (sum.Given, sum.People, sum.Refused).ShouldBe((0, 0, 12));
    }

    async Task<IReadOnlyList<PersonId>> PeopleAsync(int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToList();
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into pass.person (id, name, language, roles, created_at)
            select unnest(@ids), '', 'en', '{resident}', @now
            """, new { ids, now = city.Clock.GetUtcNow() });
        return [.. ids.Select(id => new PersonId(id))];
    }
}
