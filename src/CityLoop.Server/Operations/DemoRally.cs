using CityLoop.Ledger;
using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Missions;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;

namespace CityLoop.Server.Operations;

/// <summary>
/// Lets a demo city's rally be under way: its first resident is one stamp short of a reward, the next one has it, and
/// invented people, who have no pass to be paid on, have begun. Every stamp is an act, told as a phone tells it, with
/// the right answer. The ids follow from person and spot, so a second start adds nothing.
/// </summary>
sealed class DemoRally(MissionCatalogue missions, MissionActs acts, CityPack city, CityClock clock)
{
    /// <summary>Enough that every spot has stamps, and few beside the places of a rally.</summary>
    const int Others = 60;

    public async Task LiveAsync(CancellationToken cancellation)
    {
        if (missions.All.FirstOrDefault(published => published.Mission.IsOpenOn(clock.Today)) is not { } open)
            return;
        // Several at once share a commit of the database: a city that opens is waited for.
        await Parallel.ForEachAsync(
            WalksOn(open.Mission), new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = 8 },
            async (walk, ends) => await TellAsync(open.Mission, walk.Person, walk.Stops, ends));
    }

    IEnumerable<(PersonId Person, IEnumerable<Activity> Stops)> WalksOn(Mission rally)
    {
        var oneShort = rally.Rewards.Min(reward => reward.Stamps) - 1;
        foreach (var (place, member) in
            city.People.Where(p => p is { Role: CastRole.Resident, Email: not null }).Take(2).Index())
            yield return (PersonId.OfCast(member.Id), rally.Activities.Take(oneShort + place));
        for (var other = 0; other < Others; other++)
        {
            var id = DerivedId.From("demo-rally", $"{other}");
            var luck = id.ToByteArray();
            // Where they begin; the product makes the first spots the best visited, as a city has its favourites.
            var first = luck[0] * luck[1] * rally.Activities.Count / (256 * 256);
            var stops = Enumerable.Range(first, 1 + luck[2] % Math.Max(1, oneShort))
                .Select(stop => rally.Activities[stop % rally.Activities.Count]).Distinct();
            yield return (new PersonId(id), stops);
        }
    }

    async Task TellAsync(
        Mission rally, PersonId person, IEnumerable<Activity> stops, CancellationToken cancellation)
    {
        foreach (var stop in stops)
            await acts.TellAsync(
                person, AssuranceLevel.ContactVerified,
                DerivedId.From("demo-rally", rally.Id, person.ToString(), stop.Id), rally, stop.Id, stop.Spot,
                stop.Quiz?.Answer, cancellation);
    }
}
