using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>What a person is asked before a service gets its answer, and what nobody can do in their name.</summary>
public sealed class AuthorizeTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Who_is_not_signed_in_signs_in_on_the_way_and_loses_nothing_of_the_wish()
    {
        var program = await ServiceProgram.RegisterAsync(city, "on-the-way");
        using var emma = new Citizen(city);
        (await emma.OpenAsync(program.AuthorizeAddress())).ShouldBeNull();
        emma.Address.AbsolutePath.ShouldBe("/sign-in");
        var back = Citizen.Told(emma.Address)["returnUrl"];

        await emma.SignInAsync(city.ContactOf(Cast.EmmaDubois), back);
        var told = await emma.GoAsync(back);

        told["state"].ShouldBe(program.State);
        (await program.ExchangeAsync(told["code"])).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await emma.OpenAsync(back)).ShouldBeNull("a wish is answered once");
        emma.Page.ShouldContain("這次登入已經結束");
    }

    [Fact]
    public async Task The_page_shows_each_claim_with_its_value_and_the_service_gets_exactly_those()
    {
        var program = await ServiceProgram.RegisterAsync(city, "shown");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);

        (await meiling.OpenAsync(program.AuthorizeAddress(("scope", "openid email")))).ShouldBeNull();

        meiling.Page.ShouldContain(city.ContactOf(Cast.LinMeiling));
        meiling.Page.ShouldContain("為了測試");
        meiling.Page.ShouldContain("2027 年");
        meiling.Page.ShouldNotContain("手機號碼");
        var facts = Regex.Replace(WebUtility.HtmlDecode(meiling.Page), "<[^>]+>|\\s+", " ");
        facts.ShouldMatch($@"送到 +{Regex.Escape(new Uri(program.RedirectUri).Authority)} ", "where the answer goes");
        var controller = ServiceProgram.Controller;
        facts.ShouldMatch(string.Join(" +", new[]
        {
            controller.Names["zh-TW"], controller.PostalAddress, controller.Contact,
        }.Select(Regex.Escape)), "who answers for it");
        var code = Citizen.Told((await meiling.DecideAsync("yes"))!)["code"];
        using var exchanged = await program.ExchangeAsync(code);
        var tokens = await exchanged.Content.ReadFromJsonAsync<JsonElement>();
        using var info = await program.UserInfoAsync(tokens.GetProperty("access_token").GetString()!);
        (await info.Content.ReadFromJsonAsync<JsonElement>()).EnumerateObject().Select(c => c.Name)
            .ShouldBe(["email", "email_verified", "sub"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_the_city_does_not_know_yet_is_agreed_to_as_well_and_said()
    {
        var program = await ServiceProgram.RegisterAsync(city, "not-yet");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);

        (await meiling.OpenAsync(program.AuthorizeAddress(("scope", "openid phone")))).ShouldBeNull();

        meiling.Page.ShouldContain("手機號碼");
        meiling.Page.ShouldContain("還沒有；以後你加了，也會給");
    }

    [Fact]
    public async Task A_consent_is_remembered_for_what_it_was_given_and_asked_anew_for_more()
    {
        var program = await ServiceProgram.RegisterAsync(city, "remembered");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await meiling.GoAsync(program.AuthorizeAddress());

        (await meiling.OpenAsync(program.AuthorizeAddress())).ShouldNotBeNull("it was agreed to");
        (await meiling.OpenAsync(program.AuthorizeAddress(("scope", "openid email")))).ShouldBeNull();
        (await meiling.OpenAsync(program.AuthorizeAddress(("prompt", "consent")))).ShouldBeNull();
        Citizen.Told((await meiling.DecideAsync("yes"))!).ShouldContainKey("code");
    }

    [Fact]
    public async Task Who_declines_goes_back_with_nothing()
    {
        var program = await ServiceProgram.RegisterAsync(city, "declined");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await meiling.OpenAsync(program.AuthorizeAddress());

        var told = Citizen.Told((await meiling.DecideAsync("no"))!);

        told["error"].ShouldBe("access_denied");
        told["iss"].ShouldBe(program.Issuer);
        told.ShouldNotContainKey("code");
    }

    [Fact]
    public async Task Without_a_page_a_service_hears_what_is_missing()
    {
        var program = await ServiceProgram.RegisterAsync(city, "silent");
        var strict = await ServiceProgram.RegisterAsync(city, "silent-strict", s => s with { LevelMin = 2 });
        using var stranger = new Citizen(city);
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);
        async Task<string> ErrorAsync(Citizen who, ServiceProgram of) =>
            Citizen.Told((await who.OpenAsync(of.AuthorizeAddress(("prompt", "none"))))!)["error"];

        (await ErrorAsync(stranger, program)).ShouldBe("login_required");
        (await ErrorAsync(meiling, program)).ShouldBe("consent_required");
        (await ErrorAsync(emma, strict)).ShouldBe("unmet_authentication_requirements");
        await meiling.GoAsync(program.AuthorizeAddress());
        (await meiling.GoAsync(program.AuthorizeAddress(("prompt", "none")))).ShouldContainKey("code");
    }

    [Theory]
    [InlineData("prompt", "login", 0)]
    [InlineData("max_age", "60", 61)]
    public async Task A_service_can_ask_for_a_fresh_sign_in(string name, string value, int secondsLater)
    {
        var program = await ServiceProgram.RegisterAsync(city, $"fresh-{name.Replace('_', '-')}");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await meiling.GoAsync(program.AuthorizeAddress());
        city.Clock.Advance(TimeSpan.FromSeconds(secondsLater));

        (await meiling.OpenAsync(program.AuthorizeAddress((name, value)))).ShouldBeNull();
        meiling.Address.AbsolutePath.ShouldBe("/sign-in");
        var back = Citizen.Told(meiling.Address)["returnUrl"];
        (await meiling.OpenAsync(back)).ShouldBeNull("going back without signing in anew leads to the door again");
        meiling.Address.AbsolutePath.ShouldBe("/sign-in");
        await meiling.SignInAsync(city.ContactOf(Cast.LinMeiling), back);
        // The hand-over was already made for the browser that signed in; the wish is asked once more to see the time.
        var tokens = await program.TokensAsync(meiling, ("max_age", "60"));

        ServiceProgram.ClaimsIn(tokens).GetProperty("auth_time").GetInt64()
            .ShouldBe(city.Clock.GetUtcNow().ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Who_is_not_known_surely_enough_is_told_how_and_can_go_back()
    {
        var program = await ServiceProgram.RegisterAsync(city, "sure");
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);

        (await emma.OpenAsync(program.AuthorizeAddress(("acr_values", "urn:cityloop:level:2")))).ShouldBeNull();
        emma.Page.ShouldContain("先確認身分");
        var told = Citizen.Told((await emma.DecideAsync("no"))!);

        told["error"].ShouldBe("unmet_authentication_requirements");
    }

    [Fact]
    public async Task Who_is_sent_to_raise_their_level_comes_back_with_it_and_the_service_hears_so()
    {
        var program = await ServiceProgram.RegisterAsync(city, "raised");
        using var keiko = new Citizen(city);
        await keiko.SignInAsync("keiko@example.org");
        (await keiko.OpenAsync(program.AuthorizeAddress(("acr_values", "urn:cityloop:level:2")))).ShouldBeNull();
        var wish = keiko.Address.PathAndQuery;
        var way = WebUtility.HtmlDecode(
            Regex.Match(keiko.Page, "href=\"(/me/level\\?need=2[^\"]*)\"").Groups[1].Value);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        (await first.RecordAsync(await first.FindAsync("keiko@example.org"), "Keiko Sato")).ShouldBe("?done=recorded");
        var check = (await city.Get<CounterChecks>().WaitingAsync(default)).Single(c => c.NameSeen == "Keiko Sato");
        (await second.DecideAsync(check.Id)).Dispose();

        await keiko.OpenAsync(way);
        keiko.Page.ShouldContain($"href=\"{wish}\"", customMessage: "the way back to the service");
        var told = await keiko.GoAsync(wish);

        told["state"].ShouldBe(program.State);
        using var exchanged = await program.ExchangeAsync(told["code"]);
        ServiceProgram.ClaimsIn(await exchanged.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("acr").GetString().ShouldBe("urn:cityloop:level:2");
    }

    [Fact]
    public async Task A_service_hears_that_a_passkey_was_used()
    {
        var program = await ServiceProgram.RegisterAsync(city, "by-passkey");
        var key = await city.Get<Sessions>().BeginAsync(
            PersonId.OfCast(Cast.EmmaDubois), "test", SignInMethod.Passkey, null, default);
        using var emma = new Citizen(city);
        emma.Client.DefaultRequestHeaders.Add("Cookie", $"{SessionAuthentication.CookieName}={key}");
        await emma.OpenAsync(program.AuthorizeAddress());
        emma.Page.ShouldContain("臉或指紋");

        var claims = ServiceProgram.ClaimsIn(await program.TokensAsync(emma));

        claims.GetProperty("amr").EnumerateArray().Select(m => m.GetString()).ShouldBe(["pop", "user", "mfa"]);
    }

    [Fact]
    public async Task Two_sectors_know_a_person_by_two_names_and_one_sector_by_one()
    {
        var pool = await ServiceProgram.RegisterAsync(city, "pool");
        var gym = await ServiceProgram.RegisterAsync(city, "gym", s => s with { Sector = "pool.example" });
        var clinic = await ServiceProgram.RegisterAsync(city, "clinic");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        async Task<(string Sub, string Sid)> NamesAsync(ServiceProgram at)
        {
            var claims = ServiceProgram.ClaimsIn(await at.TokensAsync(meiling));
            return (claims.GetProperty("sub").GetString()!, claims.GetProperty("sid").GetString()!);
        }

        var (atPool, atGym, atClinic) = (await NamesAsync(pool), await NamesAsync(gym), await NamesAsync(clinic));

        atPool.Sub.ShouldBe(atGym.Sub);
        atPool.Sub.ShouldNotBe(atClinic.Sub);
        atPool.Sid.ShouldNotBe(atClinic.Sid, "the browser would give the person away");
        atPool.Sub.Length.ShouldBe(43);
        await city.RestartAsync();
        using var again = await Citizen.SignInAsync(city, Cast.LinMeiling);
        ServiceProgram.ClaimsIn(await pool.TokensAsync(again)).GetProperty("sub").GetString().ShouldBe(atPool.Sub);
    }

    [Fact]
    public async Task Nobody_can_agree_in_a_persons_name()
    {
        var program = await ServiceProgram.RegisterAsync(city, "forged");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        using var emma = await Citizen.SignInAsync(city, Cast.EmmaDubois);
        await meiling.OpenAsync(program.AuthorizeAddress());
        await emma.OpenAsync(meiling.Address.PathAndQuery);
        var name = meiling.Address.Segments[^1];

        // A form of another site has no token; a page of another person's has the wrong one.
        using var bare = await meiling.Client.PostAsync("/sign-on/decide", new FormUrlEncodedContent(
            new Dictionary<string, string> { ["request"] = name, ["answer"] = "yes", ["terms"] = "1" }));
        using var others = await meiling.Client.SendFormAsync(
            emma.Address, emma.Page, "name=\"request\"", ("answer", "yes"));

        bare.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        others.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await meiling.OpenAsync(meiling.Address.PathAndQuery)).ShouldBeNull("nothing was agreed to");
    }

    [Fact]
    public async Task Terms_that_changed_while_a_person_read_are_not_agreed_to()
    {
        var program = await ServiceProgram.RegisterAsync(city, "read-slowly");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await meiling.OpenAsync(program.AuthorizeAddress());
        await city.Get<ServiceStore>().SaveAsync(program.Service with { Terms = 2 }, default);

        (await meiling.DecideAsync("yes")).ShouldBeNull();

        meiling.Page.ShouldContain("id=\"agree\"");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wish_that_an_officer_no_longer_permits_is_not_answered(bool isByAddress)
    {
        var program = await ServiceProgram.RegisterAsync(city, $"narrowed-{isByAddress}".ToLowerInvariant());
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await meiling.OpenAsync(program.AuthorizeAddress());
        var narrowed = isByAddress
            ? program.Service with { RedirectUris = ["https://service.example/other"] }
            : program.Service with { Scopes = [Scopes.Email] };
        await city.Get<ServiceStore>().SaveAsync(narrowed, default);

        (await meiling.DecideAsync("yes")).ShouldBeNull();

        meiling.Page.ShouldContain("這次登入已經結束");
    }

    [Fact]
    public async Task Agreeing_to_more_makes_what_was_agreed_before_last_no_longer()
    {
        var program = await ServiceProgram.RegisterAsync(city, "longer", s => s with { ConsentDays = 10 });
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await meiling.GoAsync(program.AuthorizeAddress(("scope", "openid profile")));
        city.Clock.Advance(TimeSpan.FromDays(9));
        await meiling.GoAsync(program.AuthorizeAddress(("scope", "openid email")));
        (await meiling.OpenAsync(program.AuthorizeAddress(("scope", "openid profile")))).ShouldNotBeNull();

        city.Clock.Advance(TimeSpan.FromDays(1));

        (await meiling.OpenAsync(program.AuthorizeAddress(("scope", "openid profile"))))
            .ShouldBeNull("ten days are over");
    }
}
