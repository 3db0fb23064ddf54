using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.SignOn;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Access;

/// <summary>What services are told about a person is written down by the same statement or before it leaves.</summary>
public sealed class SeenByServicesTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_sign_in_is_one_access_and_what_one_token_is_told_another_however_often_the_program_asks()
    {
        var program = await ServiceProgram.RegisterAsync(city, "seen-once");
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);
        var tokens = await program.TokensAsync(emma, ("scope", "openid profile email"));
        (await AccessesAsync(program)).ShouldBe(["sub sign_in level"]);

        city.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
            (await UserInfoAsync(program, tokens)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await AccessesAsync(program)).ShouldBe(["sub sign_in level", "email locale name sub"]);

        city.Clock.Advance(TimeSpan.FromSeconds(1));
        var again = await program.TokensAsync(emma, ("scope", "openid profile"));
        city.Clock.Advance(TimeSpan.FromSeconds(1));
        (await UserInfoAsync(program, again)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await AccessesAsync(program))[2..].ShouldBe(
            ["sub sign_in level", "locale name sub"], "other things are another access");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QueryFirstAsync<string>(
            "select purpose from pass.access where by_whom = @ClientId limit 1", program.Service))
            .ShouldBe("""{"en":"For a test","ja":"試験のため","zh-TW":"為了測試"}""");
    }

    [Fact]
    public async Task What_cannot_be_written_down_does_not_leave_and_the_code_is_still_good()
    {
        var program = await ServiceProgram.RegisterAsync(city, "unwritten");
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);
        var tokens = await program.TokensAsync(emma);
        var code = await program.CodeAsync(emma);
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("alter table pass.access rename to access_away");
        try
        {
            using var told = await UserInfoAsync(program, tokens);
            told.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            (await told.Content.ReadAsStringAsync()).ShouldNotContain("Emma");
            using var exchanged = await program.ExchangeAsync(code);
            exchanged.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            (await exchanged.Content.ReadAsStringAsync()).ShouldNotContain("token");
        }
        finally
        {
            await connection.ExecuteAsync("alter table pass.access_away rename to access");
        }

        using var later = await program.ExchangeAsync(code);
        later.StatusCode.ShouldBe(HttpStatusCode.OK, "the statement that failed had used nothing up");
        (await later.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("id_token", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_program_that_comes_back_after_the_end_is_refused_and_the_person_reads_that_it_tried()
    {
        var program = await ServiceProgram.RegisterAsync(city, "comes-back");
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);
        var tokens = await program.TokensAsync(emma, ("scope", "openid profile offline_access"));
        await city.Get<ServiceGrants>().EndAllAsync(
            PersonId.OfCast(Cast.EmmaDubois), program.Service.Id, "person", default);

        for (var i = 0; i < 3; i++)
        {
            (await UserInfoAsync(program, tokens)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            using var refreshed = await program.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!);
            refreshed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        (await AccessesAsync(program, isGiven: false)).ShouldBe(["told_data", "stay_signed_in"], ignoreOrder: true);
    }

    static async Task<HttpResponseMessage> UserInfoAsync(ServiceProgram program, JsonElement tokens) =>
        await program.UserInfoAsync(tokens.GetProperty("access_token").GetString()!);

    async Task<string[]> AccessesAsync(ServiceProgram program, bool isGiven = true)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return [.. (await connection.QueryAsync<string[]>(
            """
            select what from pass.access
            where person = @person and by_whom = @ClientId and kind = 'service' and is_given = @isGiven
            order by at, id
            """,
            new { person = PersonId.OfCast(Cast.EmmaDubois).Value, program.Service.ClientId, isGiven }))
            .Select(what => string.Join(' ', what))];
    }
}
