using System.Net;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>What a service was given ends when what it rested on has changed.</summary>
public sealed class EndedOnChangeTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_check_that_is_withdrawn_ends_what_services_were_given_on_its_word()
    {
        var program = await ServiceProgram.RegisterAsync(city, "checked", service => service with { LevelMin = 2 });
        using var person = new Citizen(city);
        await person.SignInAsync("checked@example.org");
        await using var scope = city.Services.CreateAsyncScope();
        var owner = await scope.ServiceProvider.GetRequiredService<PersonStore>()
            .OwnerOfAsync(Contact.Read("checked@example.org")!, default);
        var check = await CheckAsync(owner!.Value);
        var tokens = await program.TokensAsync(person, ("scope", "openid profile offline_access"));
        (await program.UserInfoAsync(Access(tokens))).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await city.Get<CounterChecks>().WithdrawAsync(SignInRoad.PersonOf(Cast.WangYating), check, default))
            .Outcome.ShouldBe(CheckOutcome.Done);

        (await program.UserInfoAsync(Access(tokens))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await (await program.RefreshAsync(Refresh(tokens))).ErrorAsync()).ShouldBe("invalid_grant");
    }

    [Theory]
    [InlineData("https://service.example/other", true)]
    [InlineData("https://elsewhere.example/callback", false)]
    [InlineData("https://service.example:8443/callback", false)]
    public async Task Answers_that_go_to_another_host_are_agreed_to_anew(string added, bool goesOn)
    {
        var (program, meiling, tokens) = await BeginAsync($"moved-{added.Length}-{goesOn}".ToLowerInvariant());
        using var _ = meiling;

        await ServiceProgram.ChangeAsync(city, (changes, who) => changes.AskAsync(
            ServiceDraft.Of(program.Service) with { RedirectUris = [ServiceProgram.Redirect, added] },
            program.Service, who, default));

        var left = await meiling.OpenAsync(program.AuthorizeAddress(("redirect_uri", added)));
        (left is not null).ShouldBe(goesOn, meiling.Page);
        (await program.RefreshAsync(Refresh(tokens))).IsSuccessStatusCode.ShouldBe(goesOn);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_acts_for_a_child_signs_out_as_well_by_a_service_as_by_our_own_page(bool isByService)
    {
        var (program, meiling, tokens) = await BeginAsync($"acting-{isByService}".ToLowerInvariant());
        using var _ = meiling;
        var family = await meiling.Client.GetStringAsync("/me/family");
        using (var acts = await meiling.Client.SendFormAsync(
            new Uri(city.Address, "/me/family"), family, "action=\"/me/family/act\""))
            acts.StatusCode.ShouldBe(HttpStatusCode.Found);
        (await meiling.Client.GetStringAsync("/")).ShouldContain("正在幫");

        using var left = isByService
            ? await LeaveAsync(meiling, tokens)
            : await meiling.Client.SubmitAsync("/sign-on/sign-out", "action=\"/sign-out\"");

        left.StatusCode.ShouldBe(HttpStatusCode.Found);
        left.Headers.Location!.OriginalString.ShouldBe("/sign-in?done=signed_out");
        (await program.UserInfoAsync(Access(tokens))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await (await program.RefreshAsync(Refresh(tokens))).ErrorAsync()).ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task A_token_of_the_same_persons_other_browser_signs_nobody_out_here()
    {
        var (program, phone, there) = await BeginAsync("two-browsers");
        using var _ = phone;
        using var laptop = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var here = await program.TokensAsync(laptop, ("scope", "openid profile offline_access"));

        using var asked = await LeaveAsync(laptop, there);
        asked.Headers.Location!.OriginalString.ShouldBe(SignOutPage.Address, "the person is asked");
        foreach (var tokens in new[] { here, there })
            (await program.UserInfoAsync(Access(tokens))).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var left = await LeaveAsync(laptop, here);
        left.Headers.Location!.OriginalString.ShouldBe("/sign-in?done=signed_out");
        (await program.UserInfoAsync(Access(here))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await program.UserInfoAsync(Access(there))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    static Task<HttpResponseMessage> LeaveAsync(Citizen browser, JsonElement tokens) => browser.Client.GetAsync(
        $"{SignOutFromService.Address}?id_token_hint={tokens.GetProperty("id_token").GetString()}");

    async Task<(ServiceProgram, Citizen, JsonElement)> BeginAsync(string name)
    {
        var program = await ServiceProgram.RegisterAsync(city, name);
        var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        return (program, meiling, await program.TokensAsync(meiling, ("scope", "openid profile offline_access")));
    }

    /// <summary>Two officers have seen the person's passport.</summary>
    async Task<Guid> CheckAsync(PersonId person)
    {
        var (first, second) = (SignInRoad.PersonOf(Cast.WangYating), SignInRoad.PersonOf(Cast.ZhangJianguo));
        var checks = city.Get<CounterChecks>();
        var visit = new Visit(Guid.NewGuid(), person, city.Clock.GetUtcNow(), first, "identity_check");
        (await checks.RecordAsync(first, visit, false, "passport", "林美玲", null, default)).ShouldBe(CheckOutcome.Done);
        var check = (await checks.OfAsync(person, default))[0].Id;
        (await checks.ApproveAsync(second, check, null, default)).Outcome.ShouldBe(CheckOutcome.Done);
        return check;
    }

    static string Access(JsonElement tokens) => tokens.GetProperty("access_token").GetString()!;

    static string Refresh(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;
}
