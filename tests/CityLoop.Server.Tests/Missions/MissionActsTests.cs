using CityLoop.Ledger;
using CityLoop.Server.Missions;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Missions;

public sealed class MissionActsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_reward_that_was_paid_before_is_a_defect_that_is_told_and_not_an_endless_second_look()
    {
        var person = PersonId.OfCast(Cast.ZhangJianguo);
        var spots = city.Rally().Activities.Select(a => a.Id).Take(3).ToArray();
        foreach (var spot in spots)
            await city.AnswerAsync(person, spot, Id("first", spot));
        // As after a backup of one table alone: the payment stands, the state has forgotten it.
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from missions.progress where person = @Value", person);
        await city.AnswerAsync(person, spots[0], Id("second", spots[0]));
        await city.AnswerAsync(person, spots[1], Id("second", spots[1]));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        var told = await Should.ThrowAsync<PostgresException>(() => city.Get<MissionActs>().TellAsync(
            person, AssuranceLevel.SelfAsserted, Id("second", spots[2]), city.Rally(), spots[2], spots[2],
            city.RightAnswer(spots[2]), patience.Token));

        told.TableName.ShouldBeOneOf("payment", "ticket");
        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from missions.payment where person = @Value", person)).ShouldBe(1);
    }

    static Guid Id(string time, string spot) => DerivedId.From("mission-acts-test", time, spot);
}
