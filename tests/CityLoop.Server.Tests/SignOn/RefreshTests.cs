using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>Tokens that renew themselves, and everything that ends them.</summary>
public sealed class RefreshTests(TestCity city) : IClassFixture<TestCity>
{
    const string Scope = "openid profile offline_access";

    [Fact]
    public async Task Each_refresh_token_works_once_and_gives_the_next()
    {
        var (program, meiling, tokens) = await BeginAsync("rotation");
        using var _ = meiling;

        using var first = await program.RefreshAsync(Refresh(tokens));
        var next = await first.Content.ReadFromJsonAsync<JsonElement>();
        using var second = await program.RefreshAsync(Refresh(next));

        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        Refresh(next).ShouldNotBe(Refresh(tokens));
        (await program.UserInfoAsync(Access(tokens))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await program.UserInfoAsync(Access(await second.Content.ReadFromJsonAsync<JsonElement>())))
            .StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_stolen_refresh_token_ends_the_whole_family_and_the_person_sees_it()
    {
        var (program, meiling, stolen) = await BeginAsync("stolen");
        using var _ = meiling;
        using var honest = await program.RefreshAsync(Refresh(stolen));
        var newest = await honest.Content.ReadFromJsonAsync<JsonElement>();

        using var thief = await program.RefreshAsync(Refresh(stolen));

        (await thief.ErrorAsync()).ShouldBe("invalid_grant");
        (await (await program.RefreshAsync(Refresh(newest))).ErrorAsync()).ShouldBe("invalid_grant");
        (await program.UserInfoAsync(Access(newest))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await meiling.Client.GetStringAsync("/me/services")).ShouldContain("有人拿複製的憑證");
    }

    [Fact]
    public async Task Of_eight_refreshes_of_one_token_at_once_one_wins_and_then_the_family_is_over()
    {
        var (program, meiling, tokens) = await BeginAsync("at-once");
        using var _ = meiling;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => program.RefreshAsync(Refresh(tokens))));

        var won = answers.Where(answer => answer.IsSuccessStatusCode).ShouldHaveSingleItem();
        foreach (var lost in answers.Where(answer => answer != won))
            (await lost.ErrorAsync()).ShouldBe("invalid_grant");
        await ShouldHaveEndedAsync(program, await won.Content.ReadFromJsonAsync<JsonElement>());
    }

    [Fact]
    public async Task Another_service_can_neither_use_a_refresh_token_nor_end_it()
    {
        var (program, meiling, tokens) = await BeginAsync("owner");
        using var _ = meiling;
        var other = await ServiceProgram.RegisterAsync(city, "owners-neighbour");

        using var used = await other.RefreshAsync(Refresh(tokens));
        using var revoked = await other.SendAsync("/oidc/revoke", new() { ["token"] = Refresh(tokens) });

        (await used.ErrorAsync()).ShouldBe("invalid_grant");
        revoked.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await program.RefreshAsync(Refresh(tokens))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_given_back_ends_its_whole_family(bool isRefresh)
    {
        var (program, meiling, tokens) = await BeginAsync($"given-back-{isRefresh}".ToLowerInvariant());
        using var _ = meiling;

        using var answer = await program.SendAsync(
            "/oidc/revoke", new() { ["token"] = isRefresh ? Refresh(tokens) : Access(tokens) });
        using var unknown = await program.SendAsync("/oidc/revoke", new() { ["token"] = "no-such-token" });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        unknown.StatusCode.ShouldBe(HttpStatusCode.OK);
        await ShouldHaveEndedAsync(program, tokens);
    }

    [Fact]
    public async Task Signing_out_ends_what_services_hold_and_signing_in_anew_does_not()
    {
        var (program, meiling, tokens) = await BeginAsync("signed-out");
        using var _ = meiling;
        await meiling.SignInAsync(city.ContactOf(Cast.LinMeiling));
        using var still = await program.RefreshAsync(Refresh(tokens));
        still.StatusCode.ShouldBe(HttpStatusCode.OK, "the same person in the same browser, only more freshly");
        tokens = await still.Content.ReadFromJsonAsync<JsonElement>();

        using var left = await meiling.Client.SubmitAsync("/me", "action=\"/sign-out\"");

        await ShouldHaveEndedAsync(program, tokens);
    }

    [Fact]
    public async Task Signing_out_everywhere_else_ends_what_services_hold_from_there_and_nothing_from_here()
    {
        var (program, phone, tokens) = await BeginAsync("everywhere");
        using var _ = phone;
        using var laptop = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var here = await program.TokensAsync(laptop, ("scope", Scope));

        using var ended = await laptop.Client.SubmitAsync("/me/devices", "action=\"/me/sessions/end-others\"");

        ended.Headers.Location!.OriginalString.ShouldBe("/me/devices?done=sessions_ended");
        await ShouldHaveEndedAsync(program, tokens);
        (await program.RefreshAsync(Refresh(here))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_person_in_the_same_browser_does_not_keep_the_first_ones_services()
    {
        var (program, browser, tokens) = await BeginAsync("shared-browser");
        using var _ = browser;

        await browser.SignInAsync(city.ContactOf(Cast.EmmaDubois));

        await ShouldHaveEndedAsync(program, tokens);
    }

    [Fact]
    public async Task Taking_back_the_consent_ends_what_the_service_holds_and_asks_anew()
    {
        var (program, meiling, tokens) = await BeginAsync("taken-back");
        using var _ = meiling;

        using var ended = await meiling.Client.SubmitAsync("/me/services", $"value=\"{program.Service.Id}\"");

        ended.StatusCode.ShouldBe(HttpStatusCode.Found);
        await ShouldHaveEndedAsync(program, tokens);
        (await meiling.OpenAsync(program.AuthorizeAddress())).ShouldBeNull();
        meiling.Page.ShouldContain("id=\"agree\"");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Suspending_a_service_or_changing_its_purpose_ends_what_it_holds(bool isSuspended)
    {
        var (program, meiling, tokens) = await BeginAsync($"changed-{isSuspended}".ToLowerInvariant());
        using var _ = meiling;
        var officer = PersonId.OfCast(Cast.WangYating);

        if (isSuspended)
            await city.Get<ServiceChanges>().SuspendAsync(program.Service, officer, default);
        else
            await ServiceProgram.ChangeAsync(city, (changes, who) => changes.AskAsync(
                ServiceDraft.Of(program.Service) with { Purpose = new("另一個用途") }, program.Service, who, default));

        using var refreshed = await program.RefreshAsync(Refresh(tokens));
        (await refreshed.ErrorAsync(isSuspended ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest))
            .ShouldBe(isSuspended ? "invalid_client" : "invalid_grant");
        (await program.UserInfoAsync(Access(tokens))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var again = await meiling.Client.GetAsync(program.AuthorizeAddress());
        again.StatusCode.ShouldBe(isSuspended ? HttpStatusCode.BadRequest : HttpStatusCode.Found);
    }

    [Fact]
    public async Task Nothing_outlives_what_the_person_agreed_to()
    {
        var (program, meiling, tokens) = await BeginAsync("one-day", service => service with { ConsentDays = 1 });
        using var _ = meiling;

        city.Clock.Advance(TimeSpan.FromDays(1));

        await ShouldHaveEndedAsync(program, tokens);
    }

    [Fact]
    public async Task An_access_token_lives_ten_minutes_and_a_refresh_token_thirty_days_from_its_last_use()
    {
        var (program, meiling, tokens) = await BeginAsync("lives");
        using var _ = meiling;
        city.Clock.Advance(ServiceGrants.AccessLife);
        (await program.UserInfoAsync(Access(tokens))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        city.Clock.Advance(ServiceGrants.RefreshLife - ServiceGrants.AccessLife - TimeSpan.FromMinutes(1));
        using var inTime = await program.RefreshAsync(Refresh(tokens));
        inTime.StatusCode.ShouldBe(HttpStatusCode.OK);
        var next = await inTime.Content.ReadFromJsonAsync<JsonElement>();
        next.GetProperty("expires_in").GetInt32().ShouldBe(600);

        city.Clock.Advance(ServiceGrants.RefreshLife);

        await ShouldHaveEndedAsync(program, next);
    }

    [Fact]
    public async Task Of_somebody_who_is_no_longer_there_a_service_is_told_nothing()
    {
        var program = await ServiceProgram.RegisterAsync(city, "erased");
        using var somebody = new Citizen(city);
        await somebody.SignInAsync("erased@example.org");
        var tokens = await program.TokensAsync(somebody, ("scope", Scope));
        await using var database = await city.Database.OpenConnectionAsync();

        await database.ExecuteAsync("""
            create temp table gone as select person as id from pass.contact where value = 'erased@example.org';
            delete from pass.contact where person in (select id from gone);
            delete from pass.session where person in (select id from gone);
            delete from pass.person where id in (select id from gone);
            """);

        await ShouldHaveEndedAsync(program, tokens);
    }

    [Theory]
    [InlineData("openid", HttpStatusCode.OK)]
    [InlineData("openid email", HttpStatusCode.BadRequest)]
    public async Task Refreshing_gives_no_more_than_was_agreed_to(string scope, HttpStatusCode status)
    {
        var (program, meiling, tokens) = await BeginAsync($"scope-{scope.Length}");
        using var _ = meiling;

        using var answer = await program.SendAsync("/oidc/token", new()
        {
            ["grant_type"] = "refresh_token", ["refresh_token"] = Refresh(tokens), ["scope"] = scope,
        });

        answer.StatusCode.ShouldBe(status);
    }

    async Task<(ServiceProgram, Citizen, JsonElement)> BeginAsync(string name, Func<Service, Service>? change = null)
    {
        var program = await ServiceProgram.RegisterAsync(city, name, change);
        var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        return (program, meiling, await program.TokensAsync(meiling, ("scope", Scope)));
    }

    static async Task ShouldHaveEndedAsync(ServiceProgram program, JsonElement tokens)
    {
        using var told = await program.UserInfoAsync(Access(tokens));
        told.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        told.Headers.WwwAuthenticate.ToString().ShouldContain("invalid_token");
        using var refreshed = await program.RefreshAsync(Refresh(tokens));
        (await refreshed.ErrorAsync()).ShouldBe("invalid_grant");
    }

    static string Access(JsonElement tokens) => tokens.GetProperty("access_token").GetString()!;

    static string Refresh(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;
}
