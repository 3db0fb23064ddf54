using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;
using Npgsql;
using Seen = CityLoop.Server.Pass.Access.Access;

namespace CityLoop.Server.Tests.Pass.Access;

/// <summary>The log of who saw what: added to, and otherwise left alone.</summary>
public sealed class AccessLogTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData("update pass.access set purpose = 'card' where person = @person")]
    [InlineData("update pass.access set person = gen_random_uuid() where person = @person")]
    [InlineData("update pass.access set person = @other where person = @person")]
    [InlineData("delete from pass.access where person = @person")]
    [InlineData("truncate pass.access")]
    public async Task Nobody_changes_what_was_written_down(string change)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var person = PersonId.OfCast(Cast.LinMeiling);
        await city.Get<AccessLog>().WriteAsync(connection, LookedAt(person), default);

        var refused = await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(
            change, new { person = person.Value, other = PersonId.OfCast(Cast.HuangZhiming).Value }));

        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Even_while_somebody_goes_only_their_name_is_taken_off()
    {
        using var client = city.Visit();
        await client.SignInAsync(city, "going@example.org");
        var person = await client.IdAsync();
        await using var connection = await city.Database.OpenConnectionAsync();
        await city.Get<AccessLog>().WriteAsync(
            connection, LookedAt(person) with { Consent = Guid.CreateVersion7() }, default);
        await city.Get<Erasures>().AskAsync(person, default);
        foreach (var change in new[]
        {
            "update pass.access set is_given = false, person = gen_random_uuid() where person = @Value",
            "update pass.access set at = now() where person = @Value",
            "delete from pass.access where person = @Value",
        })
            await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(change, person), change);
        var before = await connection.ExecuteScalarAsync<long>("select count(*) from pass.access");

        city.Clock.Advance(Erasures.CanBeTakenBackFor);
        (await city.Get<Erasures>().EraseDueAsync(default)).ShouldBe(1);

        (await connection.ExecuteScalarAsync<long>("select count(*) from pass.access where person = @Value", person))
            .ShouldBe(0);
        (await connection.ExecuteScalarAsync<long>("select count(*) from pass.access")).ShouldBe(before);
        (await connection.ExecuteScalarAsync<long>("select count(*) from pass.access where consent is not null"))
            .ShouldBe(0, "a consent would lead back to the person");
    }

    [Fact]
    public async Task An_officer_without_one_of_the_purposes_is_not_written_down_and_so_sees_nothing()
    {
        await using var connection = await city.Database.OpenConnectionAsync();

        await Should.ThrowAsync<ArgumentException>(() => city.Get<AccessLog>().WriteAsync(
            connection, LookedAt(PersonId.OfCast(Cast.LinMeiling)) with { Purpose = "curiosity" }, default));
    }

    [Fact]
    public void A_services_sentence_stays_as_it_was_read_that_day()
    {
        var names = new LocalNames(new Dictionary<string, string> { ["zh-TW"] = "訂場地", ["en"] = "Booking" });
        var turned = new LocalNames(new Dictionary<string, string> { ["en"] = "Booking", ["zh-TW"] = "訂場地" });

        AccessText.Of(names).ShouldBe("""{"en":"Booking","zh-TW":"訂場地"}""");
        AccessText.Of(turned).ShouldBe(AccessText.Of(names));
    }

    static Seen LookedAt(PersonId person) => new()
    {
        Person = person, Kind = AccessBy.Officer, By = PersonId.OfCast(Cast.WangYating).ToString(), What = ["name"],
        Purpose = "question",
    };
}
