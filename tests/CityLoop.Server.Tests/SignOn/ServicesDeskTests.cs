using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Shared;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>The officers' page on which services are registered.</summary>
public sealed class ServicesDeskTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Two_officers_register_a_service_and_the_second_is_shown_its_secret_once()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var before = (await city.Get<ServiceStore>().AllAsync(default)).Count;
        await AskAsync(officer, ("authentication", "client_secret_basic"), ("nameEn", "Village hall"));
        (await city.Get<ServiceStore>().AllAsync(default)).Count.ShouldBe(before, "one pair of eyes");
        var read = await second.GetStringAsync("/desk/services");
        string[] inFull =
            [
                "里民活動中心", "Village hall", "登記活動", "中區區公所", "臺中市中區示範街 2 號", "04-2222-0000", "hall.example",
                ServiceProgram.Redirect, "profile",
            ];
        foreach (var part in inFull)
            read.ShouldContain(part);
        using var alone = await DecideAsync(officer, "approve");
        alone.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=change_needs_another");
        using var approved = await DecideAsync(second, "approve");
        approved.RequestMessage!.RequestUri!.Query.ShouldBe("?done=approved");
        var id = (await city.Get<ServiceStore>().AllAsync(default)).Values.Single(s => s.Sector == "hall.example").Id;
        var page = $"/desk/services/{id}";

        var secret = await RenewAsync(officer, second, page);

        var again = await officer.GetStringAsync(page);
        again.ShouldNotContain(secret);
        again.ShouldContain("王雅婷 提出", customMessage: "who did it stands in the list of changes");
        again.ShouldContain("張建國 核准");
        var program = new ServiceProgram(city, (await city.Get<ServiceStore>().FindAsync(id, default))!, secret);
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        (await program.TokensAsync(meiling)).TryGetProperty("id_token", out _).ShouldBeTrue();

        await RenewAsync(second, officer, page);
        using var old = await program.ExchangeAsync("clc_x");
        (await old.ErrorAsync(HttpStatusCode.Unauthorized)).ShouldBe("invalid_client");
        await using var connection = await city.Database.OpenConnectionAsync();
        var around = await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(
            "update sign_on.service_change set decided_by = officer where service = @id", new { id }));
        around.SqlState.ShouldBe(PostgresErrorCodes.CheckViolation, "the table itself refuses it");
    }

    [Fact]
    public async Task An_officer_suspends_a_service_alone_and_two_let_it_in_again()
    {
        using var officer = await city.SignInAsync(Cast.ZhangJianguo);
        using var second = await city.SignInAsync(Cast.WangYating);
        var program = await ServiceProgram.RegisterAsync(city, "stopped-service");
        var page = $"/desk/services/{program.Service.Id}";
        using var stranger = new Citizen(city);

        using var tooEarly = await second.SubmitAsync(page, "id=\"suspend\"", ("wanted", "resume"));
        (await tooEarly.PageAsync(HttpStatusCode.Conflict)).ShouldContain("這個服務沒有停用");
        using var suspended = await officer.SubmitAsync(page, "id=\"suspend\"", ("wanted", "suspend"));
        (await stranger.Client.GetAsync(program.AuthorizeAddress())).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var stoppedToo = await second.SubmitAsync(page, "id=\"suspend\"", ("wanted", "suspend"));
        using var asked = await officer.SubmitAsync(page, "id=\"suspend\"", ("wanted", "resume"));
        using var twice = await second.SubmitAsync(page, "id=\"suspend\"", ("wanted", "resume"));
        (await twice.PageAsync(HttpStatusCode.Conflict)).ShouldContain("已經有一個變更在等核准");
        (await stranger.Client.GetAsync(program.AuthorizeAddress())).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var resumed = await DecideAsync(second, "approve");
        (await stranger.Client.GetAsync(program.AuthorizeAddress())).StatusCode.ShouldBe(HttpStatusCode.Found);

        var changes = await city.Get<ServiceChanges>().OfAsync(program.Service.Id, default);
        changes.Select(c => (c.Change, c.IsApproved)).ShouldBe([("resumed", true), ("suspended", true)]);
        changes.ShouldAllBe(c => c.Officer == SignInRoad.PersonOf(Cast.ZhangJianguo).Value);
    }

    [Fact]
    public async Task A_change_that_is_refused_or_taken_back_changes_nothing()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var program = await ServiceProgram.RegisterAsync(city, "unchanged-service");
        var page = $"/desk/services/{program.Service.Id}";

        foreach (var decider in new[] { second, officer })
        {
            using var asked = await officer.SubmitAsync(
                page, "id=\"save-service\"", Fields(("redirectUris", "https://elsewhere.example/callback")));
            asked.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
            using var refused = await DecideAsync(decider, "refuse");
            refused.RequestMessage!.RequestUri!.Query.ShouldBe("?done=refused");
        }

        (await city.Get<ServiceStore>().FindAsync(program.Service.Id, default))!.RedirectUris
            .ShouldBe([ServiceProgram.Redirect]);
    }

    [Fact]
    public async Task The_second_officer_sees_beside_what_changes_what_it_was()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var program = await ServiceProgram.RegisterAsync(city, "moving-service");
        var page = $"/desk/services/{program.Service.Id}";

        using var asked = await officer.SubmitAsync(page, "id=\"save-service\"", Fields(
            ("name", "moving-service"), ("purpose", "為了測試"), ("purposeEn", "For a test"), ("purposeJa", "試験のため"),
            ("controller", "測試局"), ("controllerEn", "Bureau of Tests"), ("controllerJa", "試験局"),
            ("postalAddress", "搬家路 2 號"), ("contact", "move@bureau.example")));
        var read = await second.GetStringAsync(page);

        foreach (var was in new[] { "測試路 1 號", "04-1234-5678" })
            read.ShouldContain($"<del>{was}</del>");
        read.ShouldNotContain("<del>測試局", customMessage: "it stays");
        using var approved = await DecideAsync(second, "approve");
        var service = (await city.Get<ServiceStore>().FindAsync(program.Service.Id, default))!;
        (service.Controller!.PostalAddress, service.Controller.Contact)
            .ShouldBe(("搬家路 2 號", "move@bureau.example"));
        (await second.GetStringAsync(page)).ShouldNotContain("<del>測試路", customMessage: "nothing waits any more");
    }

    [Fact]
    public async Task With_another_controller_people_are_asked_again_and_with_another_address_they_are_not()
    {
        var program = await ServiceProgram.RegisterAsync(city, "handed-on-service");
        Task ChangeAsync(Func<ServiceDraft, ServiceDraft> how) => ServiceProgram.ChangeAsync(
            city, async (changes, officer) =>
            {
                var now = (await city.Get<ServiceStore>().FindAsync(program.Service.Id, default))!;
                return await changes.AskAsync(how(ServiceDraft.Of(now)), now, officer, default);
            });
        async Task<int> TermsAsync() =>
            (await city.Get<ServiceStore>().FindAsync(program.Service.Id, default))!.Terms;

        await ChangeAsync(draft => draft with { PostalAddress = "搬家路 2 號", Contact = "1999" });
        (await TermsAsync()).ShouldBe(1);
        await ChangeAsync(draft => draft with { Controller = new("別的局") });
        (await TermsAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Nobody_is_asked_to_agree_for_a_service_of_which_nobody_knows_who_answers_for_it()
    {
        var program = await ServiceProgram.RegisterAsync(city, "nobodys-service");
        using var before = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await program.TokensAsync(before);
        // As one that was registered before services said it.
        var nobodys = program.Service with { Controller = null };
        await city.Get<ServiceStore>().SaveAsync(nobodys, default);
        using var stranger = await Citizen.SignInAsync(city, Cast.EmmaDubois);

        (await stranger.GoAsync(program.AuthorizeAddress())).ShouldContainKeyAndValue("error", "unauthorized_client");
        await program.TokensAsync(before);
        using var officer = await city.SignInAsync(Cast.WangYating);
        var page = $"/desk/services/{nobodys.Id}";
        (await officer.GetStringAsync(page)).ShouldContain("id=\"no-controller\"");
        await ServiceProgram.ChangeAsync(city, (changes, first) => changes.AskAsync(
            ServiceDraft.Of(program.Service), nobodys, first, default));

        (await officer.GetStringAsync(page)).ShouldNotContain("id=\"no-controller\"");
        (await city.Get<ServiceStore>().FindAsync(nobodys.Id, default))!.Terms.ShouldBe(1, "who agreed stays agreed");
        await program.TokensAsync(stranger);
    }

    [Theory]
    [InlineData("name", "")]
    [InlineData("purpose", " ")]
    [InlineData("controller", "")]
    [InlineData("postalAddress", "")]
    [InlineData("postalAddress", "one\ntwo")]
    [InlineData("contact", "")]
    [InlineData("contact", "ask at the desk")]
    [InlineData("contact", "hall@localhost")]
    [InlineData("contact", "http://hall.example/form")]
    [InlineData("contact", "javascript:alert(1)")]
    [InlineData("sector", "two words")]
    [InlineData("redirectUris", "")]
    [InlineData("redirectUris", "http://service.example/callback")]
    [InlineData("redirectUris", "https://service.example/callback#part")]
    [InlineData("redirectUris", "https://me:secret@service.example/callback")]
    [InlineData("redirectUris", "https://service.example")]
    [InlineData("redirectUris", "https://service.example/a\nnonsense")]
    [InlineData("redirectUris", "javascript:alert(1)")]
    [InlineData("redirectUris", "/callback")]
    [InlineData("signOutUris", "ftp://service.example/")]
    [InlineData("scopes", "everything")]
    [InlineData("level", "3")]
    [InlineData("consentDays", "0")]
    [InlineData("authentication", "client_secret_post")]
    public async Task What_cannot_be_registered_is_refused_and_nothing_is_kept(string field, string value)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        var before = (await city.Get<ServiceStore>().AllAsync(default)).Count;

        using var answer = await officer.SubmitAsync(
            "/desk/services/new", "id=\"save-service\"", Fields((field, value)));

        (await answer.PageAsync(HttpStatusCode.BadRequest)).ShouldContain("role=\"alert\"");
        (await city.Get<ServiceStore>().AllAsync(default)).Count.ShouldBe(before);
    }

    [Theory]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}""")]
    [InlineData("""
        {"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}]}
        """)]
    [InlineData("nonsense")]
    public async Task Keys_that_are_no_public_keys_are_refused(string keys)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);

        using var answer = await officer.SubmitAsync(
            "/desk/services/new", "id=\"save-service\"",
            Fields(("authentication", "private_key_jwt"), ("publicKeys", keys)));

        (await answer.PageAsync(HttpStatusCode.BadRequest)).ShouldContain("P-256");
    }

    [Fact]
    public async Task An_auditor_reads_and_changes_nothing()
    {
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        using var officer = await city.SignInAsync(Cast.WangYating);
        var page = await auditor.GetStringAsync($"/desk/services/{DemoServices.Library}");
        page.ShouldContain("臺中市立圖書館");
        page.ShouldNotContain("id=\"suspend\"");
        var theirs = await officer.GetStringAsync($"/desk/services/{DemoServices.Library}");
        var token = Regex.Match(
            await auditor.GetStringAsync("/me"), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"");

        // The officer's form with the auditor's own token.
        using var tried = await auditor.SendFormAsync(
            new Uri(city.Address, $"/desk/services/{DemoServices.Library}"), theirs, "id=\"suspend\"",
            ("__RequestVerificationToken", token.Groups[1].Value));
        using var opened = await auditor.GetAsync("/desk/services/new");

        (await city.Get<ServiceStore>().FindAsync(DemoServices.Library, default))!.IsOpen.ShouldBeTrue();
        opened.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_example_in_the_reference_is_the_demo_citys_library()
    {
        var reference = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs/reference/sign-on.md"));
        var library = (await city.Get<ServiceStore>().FindAsync(DemoServices.Library, default))!;

        reference.ShouldContain($"client_id: \"{library.ClientId}\"");
        reference.ShouldContain($"redirect_uri: \"{library.RedirectUris[0]}\"");
        reference.ShouldContain($"scope: \"openid {string.Join(' ', library.Scopes)}\"");
    }

    static async Task AskAsync(HttpClient officer, params (string Name, string Value)[] other)
    {
        using var answer = await officer.SubmitAsync("/desk/services/new", "id=\"save-service\"", Fields(other));
        answer.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
    }

    async Task<string> RenewAsync(HttpClient officer, HttpClient second, string page)
    {
        using var asked = await officer.SubmitAsync(page, "id=\"renew-secret\"");
        using var made = await DecideAsync(second, "approve");
        (await made.PageAsync()).ShouldContain("hall.example", customMessage: "whose it is stands beside it");
        return Regex.Match(await made.PageAsync(), "id=\"secret\"[^>]*>([^<]+)<").Groups[1].Value;
    }

    /// <summary>An officer decides on the newest of what waits.</summary>
    async Task<HttpResponseMessage> DecideAsync(HttpClient officer, string decision)
    {
        var waiting = (await city.Get<ServiceChanges>().WaitingAsync(default))[^1];
        return await officer.SendFormAsync(
            new Uri(city.Address, "/desk/services"), await officer.GetStringAsync("/desk/services"),
            $"name=\"change\" value=\"{waiting.Number}\"", ("decision", decision));
    }

    static (string, string)[] Fields(params (string Name, string Value)[] other) =>
    [
        .. new (string Name, string Value)[]
        {
            ("name", "里民活動中心"), ("purpose", "登記活動"), ("controller", "中區區公所"),
            ("postalAddress", "臺中市中區示範街 2 號"), ("contact", "04-2222-0000"), ("sector", "hall.example"),
            ("redirectUris", ServiceProgram.Redirect), ("scopes", "profile"), ("level", "1"), ("consentDays", "30"),
            ("authentication", "none"),
        }.Where(field => other.All(o => o.Name != field.Name)).Concat(other),
    ];
}
