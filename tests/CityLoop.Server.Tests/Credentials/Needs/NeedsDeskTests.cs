using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Credentials.Entitlements;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.Tests.Credentials.Sharing;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.SignOn;

namespace CityLoop.Server.Tests.Credentials.Needs;

/// <summary>The officers' pages on which it is written what services need of people.</summary>
public sealed class NeedsDeskTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly string Key = ProofService.SetOf(new DecryptionKey(DecryptionKey.NewPkcs8()).Public);

    [Fact]
    public async Task One_officer_writes_another_approves_and_only_then_it_holds()
    {
        using var writer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var id = await WriteAsync(writer, "written-need");
        (await FindAsync("written-need")).ShouldBeNull("it waits");

        using var alone = await DecideAsync(writer, id, "approve");
        (await alone.PageAsync(HttpStatusCode.Conflict)).ShouldContain("role=\"alert\"");
        (await FindAsync("written-need")).ShouldBeNull("nobody approves what they wrote");
        using var approved = await DecideAsync(second, id, "approve");

        var page = await approved.PageAsync();
        page.ShouldContain("王雅婷");
        page.ShouldContain("張建國");
        var need = (await FindAsync("written-need")).ShouldNotBeNull();
        need.Asked.Single().Fields.ShouldBe(["category"]);
        need.ReturnAddresses.ShouldBe([ProofService.Return]);
        (need.Terms, need.IsHosted, need.SealedKey).ShouldBe((1, false, null));
    }

    [Fact]
    public async Task Another_wording_waits_while_the_approved_one_holds_and_can_be_refused()
    {
        using var writer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var id = await WriteAsync(writer, "changed-need");
        using var approved = await DecideAsync(second, id, "approve");

        using var changed = await writer.SubmitAsync(
            $"/desk/needs/{id}", "id=\"save-need\"", Fields("changed-need", ("purpose", "別的目的")));
        (await FindAsync("changed-need"))!.Purposes["zh-TW"].ShouldBe("減免學費");
        using var hasty = await second.SubmitAsync(
            $"/desk/needs/{id}", "id=\"refuse-need\"", ("decision", "refuse"));

        (await changed.PageAsync()).ShouldContain("等第二位承辦人員");
        (await hasty.PageAsync()).ShouldContain("什麼都沒變");
        var versions = await city.Get<NeedStore>().VersionsAsync(id, default);
        versions.Select(version => (version.Version, version.Terms, version.IsApproved))
            .ShouldBe([(2, 2, false), (1, 1, true)]);
        (await FindAsync("changed-need"))!.Version.ShouldBe(1);
    }

    [Fact]
    public async Task An_officer_stops_a_need_alone_and_two_let_it_go_on()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        var pool = (await FindAsync(DemoPool.Code))!;
        var page = $"/desk/needs/{pool.Id}";

        using var stopped = await officer.SubmitAsync(page, "id=\"suspend-need\"");
        using var visitor = city.Visit();
        (await visitor.GetAsync($"/proofs/{DemoPool.Code}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var read = await auditor.GetStringAsync(page);
        var theirs = await officer.GetStringAsync(page);
        var token = Regex.Match(
            await auditor.GetStringAsync("/me"), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"");
        // The officer's form with the auditor's own token.
        using var tried = await auditor.SendFormAsync(
            new Uri(city.Address, page), theirs, "id=\"suspend-need\"",
            ("__RequestVerificationToken", token.Groups[1].Value));
        (await FindAsync(DemoPool.Code))!.SuspendedAt.ShouldNotBeNull();
        using var colleague = await city.SignInAsync(Cast.ZhangJianguo);
        using var stoppedToo = await colleague.SubmitAsync(page, "id=\"suspend-need\"", ("wanted", "suspend"));
        (await FindAsync(DemoPool.Code))!.SuspendedAt.ShouldNotBeNull("two who stop it do not undo each other");
        using var asked = await officer.SubmitAsync(page, "id=\"suspend-need\"", ("wanted", "resume"));
        (await asked.PageAsync()).ShouldContain("要求恢復使用");
        using var alone = await officer.SubmitAsync(page, "id=\"approve-resume\"", ("decision", "approve"));
        alone.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await FindAsync(DemoPool.Code))!.SuspendedAt.ShouldNotBeNull("one pair of eyes");
        (await auditor.GetStringAsync(page)).ShouldNotContain("id=\"approve-resume\"");
        using var refused = await colleague.SubmitAsync(page, "id=\"approve-resume\"", ("decision", "refuse"));
        (await FindAsync(DemoPool.Code))!.SuspendedAt.ShouldNotBeNull();
        using var again = await colleague.SubmitAsync(page, "id=\"suspend-need\"", ("wanted", "resume"));
        using var resumed = await officer.SubmitAsync(page, "id=\"approve-resume\"", ("decision", "approve"));

        read.ShouldNotContain("id=\"suspend-need\"");
        string[] inFull =
        [
            "半價游泳票", "Half-price pool ticket", "プール半額券", "so that you pay half", "半額で入場できる", "Half price", "半額",
            "low-income.valid_through</code></dd>", "敏感",
        ];
        foreach (var part in inFull)
            WebUtility.HtmlDecode(read).ShouldContain(part);
        (await auditor.GetAsync("/desk/needs/new")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await FindAsync(DemoPool.Code))!.SuspendedAt.ShouldBeNull();
        (await city.Get<NeedStore>().StopsAsync(pool.Id, default)).Select(stop => (stop.IsSuspended, stop.IsApproved))
            .ShouldBe([(false, true), (false, false), (true, true)]);
    }

    [Theory]
    [InlineData("service", "nobody")]
    [InlineData("code", "Half Price")]
    [InlineData("code", DemoPool.Code)]
    [InlineData("name", "")]
    [InlineData("purpose", " ")]
    [InlineData("asked", "low-income.everything")]
    [InlineData("asked", "")]
    [InlineData("basis", "because")]
    [InlineData("level", "3")]
    [InlineData("consentDays", "0")]
    [InlineData("keptDays", "-1")]
    [InlineData("returnAddresses", "http://service.example/proofs")]
    [InlineData("returnAddresses", "")]
    [InlineData("encryptionKey", """{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""")]
    [InlineData("encryptionKey", "nonsense")]
    [InlineData("kind", "hosted")]
    public async Task What_cannot_be_asked_is_refused_and_nothing_is_kept(string field, string value)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        await ServiceProgram.RegisterAsync(city, "desk-service", secret: ProofService.Secret);
        var before = (await city.Get<NeedStore>().AllAsync(default)).Count;

        using var answer = await officer.SubmitAsync(
            "/desk/needs/new", "id=\"save-need\"", Fields("refused-need", (field, value)));

        (await answer.PageAsync(HttpStatusCode.BadRequest)).ShouldContain("role=\"alert\"");
        (await city.Get<NeedStore>().AllAsync(default)).Count.ShouldBe(before);
    }

    [Fact]
    public async Task The_desk_is_readable_for_everybody()
    {
        var page = await Browser.OpenAsync(city, Screen.Desk);
        await page.SignInAsync(city, Cast.WangYating, "/desk/needs");
        var pool = (await FindAsync(DemoPool.Code))!;
        foreach (var (name, address) in new[]
        {
            ("needs", "/desk/needs"), ("new-need", "/desk/needs/new"), ("need", $"/desk/needs/{pool.Id}"),
        })
        {
            await page.GotoAsync(address);
            await page.ShouldBeAccessibleAsync();
            await page.PictureAsync(name, fullPage: true);
        }
    }

    async Task<Guid> WriteAsync(HttpClient officer, string code)
    {
        await ServiceProgram.RegisterAsync(city, "desk-service", secret: ProofService.Secret);
        using var answer = await officer.SubmitAsync("/desk/needs/new", "id=\"save-need\"", Fields(code));
        await answer.PageAsync();
        return Guid.Parse(answer.RequestMessage!.RequestUri!.Segments[^1]);
    }

    static Task<HttpResponseMessage> DecideAsync(HttpClient officer, Guid id, string decision) =>
        officer.SubmitAsync($"/desk/needs/{id}", "id=\"approve-need\"", ("decision", decision));

    Task<Need?> FindAsync(string code) => city.Get<NeedStore>().FindAsync(code, default);

    static (string, string)[] Fields(string code, params (string Name, string Value)[] other) =>
    [
        .. new (string Name, string Value)[]
        {
            ("service", CityLoop.Ledger.DerivedId.From("test-service", "desk-service").ToString()), ("code", code),
            ("kind", "program"), ("name", "學費減免"), ("purpose", "減免學費"), ("basis", "consent"),
            ("asked", "low-income.category"), ("level", "2"), ("consentDays", "180"), ("keptDays", "30"),
            ("returnAddresses", ProofService.Return), ("encryptionKey", Key),
        }.Where(field => other.All(o => o.Name != field.Name)).Concat(other),
    ];
}
