using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>A person reads what is asked, decides with a passkey, and can take it back.</summary>
public sealed class SharePageTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly PersonId Meiling = PersonId.OfCast(Cast.LinMeiling);

    [Fact]
    public async Task A_program_that_others_wrote_gets_just_what_the_person_gave_until_they_take_it_back()
    {
        var school = await ProofService.RegisterAsync(city, "node-school");
        SharePages? pages = null;

        var found = await CredentialProgram.RunAsync("ask-for-proof.mjs", new
        {
            issuer = school.Issuer, clientId = school.Service.ClientId, secret = ProofService.Secret,
            need = school.Code, returnAddress = ProofService.Return, pkcs8 = school.Pkcs8,
            currentDate = city.Clock.GetUtcNow().ToUnixTimeSeconds(),
        }, async address =>
        {
            if (pages is not null)
                return await RevokeAsync(pages, await ConsentOfAsync(school));
            pages = await SharePages.ArriveAsync(city, Cast.LinMeiling, new Uri(address).AbsolutePath);
            await pages.AddPasskeyAsync();
            return await pages.ApproveAsync();
        });

        found.GetProperty("state").GetString().ShouldBe("row-7");
        found.GetProperty("types").EnumerateArray().Select(t => t.GetString()).ShouldBe(["low-income"]);
        var seen = found.GetProperty("seen");
        seen.TryGetProperty("fields", out var fields).ShouldBeTrue(seen.GetRawText());
        fields.GetProperty("category").ToString().ShouldBe("3");
        fields.TryGetProperty("valid_through", out _).ShouldBeFalse("nobody asked for it");
        seen.GetProperty("audience").GetString().ShouldBe(school.Service.ClientId);
        found.GetProperty("seenAgain").GetProperty("fields").GetProperty("category").ToString().ShouldBe("3");
        found.GetProperty("sameHolder").GetBoolean().ShouldBeFalse();
        found.GetProperty("twice").GetString().ShouldBe("answer_fetched");
        found.GetProperty("revoked").GetString().ShouldBe("consent_revoked");
        found.GetProperty("after").TryGetProperty("refused", out _).ShouldBeTrue("its bit in the list is set");

        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        var consent = await ConsentOfAsync(school);
        var receipt = await meiling.GetFromJsonAsync<JsonElement>(Receipt.AddressOf(consent));
        receipt.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("event_state").GetString())
            .ShouldBe(["given", "fetched", "asked", "fetched", "refused", "withdrawn"], ignoreOrder: true);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        (await emma.GetAsync(Receipt.AddressOf(consent))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await emma.GetAsync($"/me/proofs/{consent}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task With_the_keyboard_alone_somebody_reads_approves_and_comes_back()
    {
        var school = await ProofService.RegisterAsync(city, "keyboard-school");
        var pages = await SharePages.ArriveAsync(
            city, Cast.LinMeiling, $"/share/{await school.StartedAsync()}", "en");
        await pages.AddPasskeyAsync();
        await pages.Page.ShouldBeAccessibleAsync();
        await pages.Page.Locator("body").FocusAsync();

        for (var tabs = 0; tabs < 30; tabs++)
        {
            await pages.Page.Keyboard.PressAsync("Tab");
            if (await pages.Page.EvaluateAsync<string>("document.activeElement.id") == "approve")
                break;
        }

        (await pages.Page.EvaluateAsync<string>("document.activeElement.id")).ShouldBe("approve");
        await pages.Page.Keyboard.PressAsync("Enter");
        await pages.Page.WaitForURLAsync($"{ProofService.Return}?**");
    }

    [Fact]
    public async Task An_answer_of_the_passkey_to_another_question_approves_nothing()
    {
        var school = await ProofService.RegisterAsync(city, "mixed-up-school");
        var (one, other) = (await school.StartedAsync(), await school.StartedAsync());
        var pages = await SharePages.ArriveAsync(city, Cast.LinMeiling, $"/share/{one}");
        await pages.AddPasskeyAsync();
        // The browser approves one request; what it sends is bent to the other one on its way.
        await pages.Page.RouteAsync("**/approval", there => there.ContinueAsync(new RouteContinueOptions
        {
            Url = there.Request.Url.Replace(one, other, StringComparison.Ordinal),
        }));

        await pages.Page.ClickAsync("#approve");
        await Assertions.Expect(pages.Page.Locator("#share-problem")).ToContainTextAsync("什麼都沒送出");

        foreach (var request in new[] { one, other })
            (await city.Get<ShareRequests>().FindAsync(request, default))!.AnsweredAt.ShouldBeNull();
    }

    [Fact]
    public async Task Somebody_elses_passkey_approves_nothing_though_it_is_a_good_one()
    {
        var school = await ProofService.RegisterAsync(city, "two-at-one-device");
        var request = await school.StartedAsync();
        // Two people share a device: in it lie both their passkeys.
        var pages = await SharePages.ArriveAsync(city, Cast.HuangZhiming, $"/share/{await school.StartedAsync()}");
        await pages.AddPasskeyAsync();
        await using var connection = await city.Database.OpenConnectionAsync();
        var his = await connection.QuerySingleAsync<byte[]>(
            "select credential_id from pass.passkey where person = @Value order by created_at desc limit 1",
            PersonId.OfCast(Cast.HuangZhiming));
        await pages.Page.Context.ClearCookiesAsync();
        await pages.Page.SignInAsync(city, Cast.LinMeiling, $"/share/{request}");
        await pages.AddPasskeyAsync();
        await pages.Page.RouteAsync("**/challenge", async there =>
        {
            var answer = await there.FetchAsync();
            var asked = JsonNode.Parse(await answer.TextAsync())!;
            asked["allowCredentials"] = new JsonArray(new JsonObject
            {
                ["type"] = "public-key", ["id"] = Base64Url.EncodeToString(his),
            });
            await there.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = asked.ToJsonString() });
        });

        var refused = await pages.Page.RunAndWaitForResponseAsync(
            () => pages.Page.ClickAsync("#approve"), answer => answer.Url.EndsWith("/approval"));

        refused.Status.ShouldBe(400);
        (await refused.TextAsync()).ShouldContain("share_passkey_not_accepted");
        (await city.Get<ShareRequests>().FindAsync(request, default))!.AnsweredAt.ShouldBeNull();
    }

    [Fact]
    public async Task Who_is_not_known_so_surely_is_told_how_to_get_there_and_nothing_goes_out()
    {
        var school = await ProofService.RegisterAsync(city, "level-school");
        var request = await school.StartedAsync();
        using var stranger = city.Visit(followsRedirects: false);
        using var sent = await stranger.GetAsync($"/share/{request}");
        sent.Headers.Location!.OriginalString.ShouldContain($"/sign-in?returnUrl=%2Fshare%2F{request}");
        using var emma = await city.SignInAsync(Cast.EmmaDubois);

        var page = await emma.GetStringAsync($"/share/{request}");
        page.ShouldContain("id=\"raise-level\"");
        page.ShouldNotContain("id=\"approve\"");
        var notice = (await city.Get<GiveConsent>().OpenAsync(request, default))!.Notice.Fingerprint;
        using var tried = await emma.PostAsJsonAsync($"/api/v1/share/{request}/challenge", new { notice });
        (await tried.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("identity_check_needed");
        using var declined = await emma.SubmitAsync($"/share/{request}", "id=\"decline\"");
        declined.Headers.GetValues("Refresh").Single()
            .ShouldBe($"0;url={ProofService.Return}?request={request}&error=access_denied&state=row%207");
    }

    [Fact]
    public async Task An_office_that_does_not_answer_is_told_of_and_the_person_tries_again_or_declines()
    {
        var school = await ProofService.RegisterAsync(
            city, "silent-office", draft => draft with { Asked = ["low-income.category", "residence.district"] });
        var request = await school.StartedAsync();
        var pages = await SharePages.ArriveAsync(city, Cast.LinMeiling, $"/share/{request}");
        await pages.AddPasskeyAsync();
        // The second office has a system of its own, and nobody is there.
        var key = ProofService.SetOf(new DecryptionKey(DecryptionKey.NewPkcs8()).Public);
        await SetOfficeAsync("household", "http://127.0.0.1:9/", key);

        var (before, _) = await WithoutConsentAsync();

        await pages.Page.ClickAsync("#approve");
        await Assertions.Expect(pages.Page.Locator("#share-problem")).ToContainTextAsync("戶政事務所現在沒有回應，什麼都沒送出");

        await pages.Page.PictureAsync("share-office-silent", fullPage: true);
        (await WithoutConsentAsync()).ShouldBe((before + 1, 0), "the first office's was issued, and is revoked");
        await pages.Page.GotoAsync("/me/proofs");
        await pages.Page.ClickAsync($"a[href='/share/{request}']");
        await SetOfficeAsync("household", null, null);
        (await pages.ApproveAsync()).Query.ShouldContain("code=");
    }

    /// <summary>What was issued and given to nobody, and how much of it still holds.</summary>
    async Task<(long Issued, long Open)> WithoutConsentAsync()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<(long, long)>(
            """
            select count(*), count(*) filter (where revoked_at is null) from credentials.given where consent is null
            """);
    }

    [Fact]
    public async Task Who_is_erased_leaves_nothing_and_what_was_issued_is_revoked()
    {
        var school = await ProofService.RegisterAsync(city, "erasure-school");
        var elder = PersonId.OfCast(Cast.ChenATu);
        var opened = await school.OpenedAsync(Cast.ChenATu);
        var presentation = opened.GetProperty("vp_token").GetProperty("low-income")[0].GetString()!;
        (await city.Get<MyData>().OfAsync(elder, default))["held"]!["credentials.consent"]!.AsArray().Count.ShouldBe(1);
        (await city.Get<Erasures>().AskAsync(elder, default)).ShouldBe(ErasureOutcome.Asked);
        city.Clock.Advance(Erasures.CanBeTakenBackFor);

        (await city.Get<Erasures>().EraseDueAsync(default)).ShouldBe(1);
        (await city.IsRevokedAsync(presentation)).ShouldBeFalse("nobody has told the office yet");
        await city.Get<RevokeGiven>().SweepAsync(default);

        (await city.Get<ConsentStore>().OfAsync(elder, default)).ShouldBeEmpty();
        (await city.IsRevokedAsync(presentation)).ShouldBeTrue();
        using var again = await school.StartAsync(("consent", opened.GetProperty("consent").GetString()!));
        (await again.ProblemCodeAsync(HttpStatusCode.NotFound)).ShouldBe("consent_unknown");
    }

    [Fact]
    public async Task What_was_issued_by_a_check_that_was_a_mistake_is_taken_back()
    {
        var school = await ProofService.RegisterAsync(
            city, "wrong-person", draft => draft with { Asked = ["enrolment.school"] });
        var presentation = (await school.OpenedAsync(Cast.HuangZhiming))
            .GetProperty("vp_token").GetProperty("enrolment")[0].GetString()!;
        await city.Get<RevokeGiven>().SweepAsync(default);
        (await city.IsRevokedAsync(presentation)).ShouldBeFalse();
        await using var connection = await city.Database.OpenConnectionAsync();
        var his = new { person = PersonId.OfCast(Cast.HuangZhiming).Value, now = city.Clock.GetUtcNow() };

        await connection.ExecuteAsync(
            "update pass.identity_check set withdrawn_by = first_officer, withdrawn_at = @now where person = @person",
            his);
        await city.Get<RevokeGiven>().SweepAsync(default);
        await connection.ExecuteAsync(
            "update pass.identity_check set withdrawn_by = null, withdrawn_at = null where person = @person", his);

        (await city.IsRevokedAsync(presentation)).ShouldBeTrue();
    }

    async Task<Guid> ConsentOfAsync(ProofService service) =>
        (await city.Get<ConsentStore>().OfAsync(Meiling, default))
            .First(one => one.Read.Service == service.Service.Id).Id;

    static async Task<Uri> RevokeAsync(SharePages pages, Guid consent)
    {
        var page = pages.Page;
        await page.GotoAsync("/me/proofs");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("proofs", fullPage: true);
        await page.ClickAsync($"a[href='/me/proofs/{consent}']");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("proof", fullPage: true);
        await page.ClickAsync("#revoke");
        await Assertions.Expect(page.Locator(".notice.good")).ToContainTextAsync("收回了");
        return new Uri(page.Url);
    }

    async Task SetOfficeAsync(string code, string? address, string? keys)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update credentials.office set address = @address, public_keys = @keys where code = @code",
            new { code, address, keys });
        city.Get<OfficeStore>().Forget();
    }
}
