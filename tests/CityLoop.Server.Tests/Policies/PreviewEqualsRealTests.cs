using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Policies;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Missions;
using CityLoop.Twin;

namespace CityLoop.Server.Tests.Policies;

/// <summary>
/// What the twin says one of its people gets, Emma gets from the running city for the same acts at the same times: by
/// the spots' codes, the till and the published rally.
/// </summary>
public sealed class PreviewEqualsRealTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Emma_lives_the_life_of_a_synthetic_person_and_gets_the_same_points()
    {
        var life = LifeToRepeat();
        await city.SetRebateBudgetAsync(1_000_000);
        var before = await city.BalanceOfAsync(Cast.EmmaDubois);
        var received = 0L;
        foreach (var (happened, number) in life.Select((happened, number) => (happened, number)))
        {
            var at = happened.Act?.At ?? happened.Day.ToDateTime(new TimeOnly(20, 0));
            city.Clock.Set(new DateTimeOffset(at, TimeSpan.FromHours(8)));
            received += happened.Act is { } act
                ? await AnswerAsync(act, number)
                : await PayAsync(happened.Paid);
            received.ShouldBe(life.Take(number + 1).Sum(e => e.Received), happened.ToString());
        }

        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(before + life.Sum(e => e.Received - e.Paid));
    }

    async Task<long> AnswerAsync(CityLoop.Missions.Act act, int number)
    {
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        using var response = await emma.PostAsJsonAsync(
            $"/api/v1/spots/{city.CodeOf(act.Spot!)}/answers",
            new { id = DerivedId.From("preview-equals-real", $"{number}"), answer = act.Answer });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.TryGetProperty("points", out var points)
            ? points.EnumerateArray().Sum(p => p.GetProperty("amount").GetInt64())
            : 0;
    }

    async Task<long> PayAsync(long amount)
    {
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        return (await till.ChargeAsync(await city.CodeOfAsync(Cast.EmmaDubois), amount)).ShouldBeDone().Back;
    }

    /// <summary>Somebody of the twin who begins after the test's clock does, earns the reward and spends it.</summary>
    List<TwinEvent> LifeToRepeat()
    {
        var seen = new List<TwinEvent>();
        var people = Population.Of(TryPolicy.DistrictsOf(city.Pack), TryPolicy.DefaultScale);
        var policy = TryPolicy.PolicyOf(new TryPolicy.Request(), CityMissions.Find(city.Pack, null)!, city.Pack);
        var start = DateOnly.FromDateTime(TestClock.Start.DateTime).AddDays(1);
        for (var seed = 1; seed <= 20; seed++)
        {
            seen.Clear();
            SyntheticCity.Live(people, policy, new Behaviour(), seed, seen.Add);
            var lives = seen.GroupBy(e => e.Person).Where(life =>
                life.First().Day >= start
                && life.Any(e => e.Act is not null && e.Received > 0)
                && life.Any(e => e.Act is null && e.Received > 0));
            if (lives.FirstOrDefault() is { } found)
                return [.. found.Where(e => e.Day < start.AddMonths(5))];
        }

        throw new InvalidOperationException("Nobody of the twin earns and spends so late.");
    }
}
