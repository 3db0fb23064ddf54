using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass.Levels;

/// <summary>How sure the city is of who somebody is, and what it opens.</summary>
public sealed class LevelTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task The_level_follows_from_what_is_there_and_goes_when_that_goes()
    {
        using var client = city.Visit();
        await client.SignInAsync(city, "climber@example.org");
        var person = await PersonAsync(client);
        (await LevelAsync(client)).ShouldBe(1, "a code reached them");

        await using var connection = await city.Database.OpenConnectionAsync();
        async Task AfterAsync(string sql)
        {
            await connection.ExecuteAsync(sql, new
            {
                person, id = Guid.CreateVersion7(city.Clock.GetUtcNow()), now = city.Clock.GetUtcNow(),
                first = PersonId.OfCast(Cast.WangYating).Value, second = PersonId.OfCast(Cast.ZhangJianguo).Value,
            });
            city.Get<Sessions>().Refresh(new PersonId(person));
        }

        await AfterAsync(
            """
            insert into pass.identity_check (id, person, document, first_officer, recorded_at)
            values (@id, @person, 'passport', @first, @now)
            """);
        (await LevelAsync(client)).ShouldBe(1, "one officer alone checks nobody");
        await AfterAsync(
            "update pass.identity_check set second_officer = @second, approved_at = @now where person = @person");
        (await LevelAsync(client)).ShouldBe(2);
        await AfterAsync(
            "update pass.identity_check set withdrawn_by = @second, withdrawn_at = @now where person = @person");
        (await LevelAsync(client)).ShouldBe(1);
        await AfterAsync("update pass.contact set verified_at = null where person = @person");
        (await LevelAsync(client)).ShouldBe(0);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    public async Task What_needs_a_level_opens_from_that_level_on(int asked, int has, bool opens)
    {
        var needed = (AssuranceLevel)asked;
        using var scope = city.Services.CreateScope();
        var authorization = scope.ServiceProvider.GetRequiredService<IAuthorizationService>();

        var decision = await authorization.AuthorizeAsync(
            Somebody((AssuranceLevel)has), null, NeedsLevel.PolicyOf(needed));
        var stranger = await authorization.AuthorizeAsync(
            new ClaimsPrincipal(new ClaimsIdentity()), null, NeedsLevel.PolicyOf(needed));

        decision.Succeeded.ShouldBe(opens);
        stranger.Succeeded.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_has_not_reached_a_level_is_told_what_to_do_and_where_to_go_on()
    {
        var page = await RefusedAsync("/vault", "?box=7");
        page.Response.StatusCode.ShouldBe(StatusCodes.Status302Found);
        var address = page.Response.Headers.Location.ToString();
        address.ShouldBe("/me/level?need=2&returnUrl=%2Fvault%3Fbox%3D7");
        using var client = await city.SignInAsync(Cast.EmmaDubois);
        (await client.GetStringAsync(address)).ShouldContain("這裡需要先確認身分");
        // Once it is reached, the same page leads on; never to another site.
        (await client.GetStringAsync("/me/level?need=1&returnUrl=%2Fvault")).ShouldContain("href=\"/vault\"");
        (await client.GetStringAsync("/me/level?need=1&returnUrl=%2F%2Felsewhere.example"))
            .ShouldNotContain("href=\"//elsewhere");

        var call = await RefusedAsync("/api/v1/vault", "");
        call.Response.StatusCode.ShouldBe(StatusCodes.Status403Forbidden);
        call.Response.Body.Position = 0;
        using var problem = await JsonDocument.ParseAsync(call.Response.Body);
        problem.RootElement.GetProperty("code").GetString().ShouldBe("identity_check_needed");
    }

    [Fact]
    public async Task A_program_reads_the_level_with_who_is_signed_in()
    {
        using var client = await city.SignInAsync(Cast.EmmaDubois);

        (await LevelAsync(client)).ShouldBe(1);
    }

    /// <summary>The answer of an endpoint that only people whose identity was checked may use.</summary>
    async Task<HttpContext> RefusedAsync(string path, string query)
    {
        using var scope = city.Services.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (context.Request.Method, context.Request.Path) = ("GET", path);
        context.Request.QueryString = new QueryString(query);
        context.Response.Body = new MemoryStream();
        var policy = (await scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>()
            .GetPolicyAsync(NeedsLevel.PolicyOf(AssuranceLevel.IdentityChecked)))!;
        var failure = AuthorizationFailure.Failed(policy.Requirements.OfType<LevelRequirement>());
        await scope.ServiceProvider.GetRequiredService<IAuthorizationMiddlewareResultHandler>().HandleAsync(
            _ => Task.CompletedTask, context, policy, PolicyAuthorizationResult.Forbid(failure));
        return context;
    }

    static ClaimsPrincipal Somebody(AssuranceLevel level) => People.Principal(
        new Person
        {
            Id = Guid.AllBitsSet, Name = "", Language = "en", Roles = [Roles.Resident], CreatedAt = default,
            Level = level,
        }, Guid.AllBitsSet);

    static async Task<int> LevelAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/me")).GetProperty("level").GetInt32();

    static async Task<Guid> PersonAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/me")).GetProperty("person").GetGuid();
}
