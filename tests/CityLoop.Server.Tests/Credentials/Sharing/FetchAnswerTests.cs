using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.SignOn;
using Dapper;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>What a service's program gets, and what it is refused by name.</summary>
public sealed class FetchAnswerTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Only_the_asked_field_travels_and_only_once()
    {
        var school = await ProofService.RegisterAsync(city, "school-fees");
        var (request, code) = await school.GivenAsync(Cast.LinMeiling);

        using var answer = await school.FetchAsync(request, code);
        var opened = await school.OpenAsync(answer);
        using var second = await school.FetchAsync(request, code);

        (await second.ProblemCodeAsync(HttpStatusCode.Conflict)).ShouldBe("answer_fetched");
        opened.GetProperty("vp_token").EnumerateObject().Select(one => one.Name).ShouldBe(["low-income"]);
        // The bytes themselves: one disclosure, the one that was asked for.
        var parts = PresentationOf(opened).Split('~');
        parts.Length.ShouldBe(3, "the credential, one field, the holder's proof");
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).ShouldContain("\"category\"");
        (await HistoryAsync(opened)).ShouldBe(["given", "fetched", "refused"]);
        (await AccessesAsync(school)).ShouldBe([true, false], ignoreOrder: true);
    }

    [Fact]
    public async Task Nothing_of_what_travelled_is_kept()
    {
        var school = await ProofService.RegisterAsync(city, "keeps-nothing", draft => draft with
        {
            Asked = ["low-income.category", "low-income.valid_through"],
        });

        var parts = PresentationOf(await school.OpenedAsync(Cast.LinMeiling)).Split('~');

        parts.Length.ShouldBe(4, "the credential, two fields, the holder's proof");
        var until = $"{TestClock.Start.AddYears(1):yyyy-MM-dd}";
        parts[1..^1].Select(text => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)))
            .ShouldContain(field => field.Contains(until));
        await city.NothingIsKeptOfAsync([until, .. parts, .. parts[0].Split('.')]);
    }

    [Fact]
    public async Task Another_service_can_neither_fetch_nor_open_it()
    {
        var one = await ProofService.RegisterAsync(city, "one-service");
        var other = await ProofService.RegisterAsync(city, "other-service");
        var (request, code) = await one.GivenAsync(Cast.LinMeiling);

        using var theft = await other.FetchAsync(request, code);
        using var stranger = city.Visit();
        using var knock = await stranger.GetAsync($"{StartRequest.Address}/{request}/answer?code={code}");
        using var wrongCode = await one.FetchAsync(request, ShareRequests.NewName());
        using var answer = await one.FetchAsync(request, code);
        var text = await answer.Content.ReadAsStringAsync();

        (await theft.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("request_of_another_service");
        (await knock.ProblemCodeAsync(HttpStatusCode.Unauthorized)).ShouldBe("program_not_let_in");
        (await wrongCode.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("fetch_code_wrong");
        EncryptedToken.Decrypt(new DecryptionKey(Convert.FromBase64String(other.Pkcs8)), text).ShouldBeNull();
        PresentationOf(await one.OpenAsync(answer)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Two_services_cannot_tell_by_the_proof_whom_they_have_in_common()
    {
        var one = await ProofService.RegisterAsync(city, "compare-one");
        var other = await ProofService.RegisterAsync(city, "compare-other");

        var seen = new[]
        {
            PresentationOf(await one.OpenedAsync(Cast.LinMeiling)),
            PresentationOf(await other.OpenedAsync(Cast.LinMeiling)),
        };

        // Whatever is in them is in one of them alone: salts, digests, holder's keys, places in the list.
        var claims = seen.Select(Proofs.ClaimsOf).ToList();
        foreach (var name in new[] { "cnf", "_sd", "status" })
            claims[0].GetProperty(name).GetRawText().ShouldNotBe(claims[1].GetProperty(name).GetRawText(), name);
        claims.SelectMany(claim => claim.EnumerateObject()).Select(one => one.Name)
            .ShouldBeSubsetOf(["iss", "iat", "exp", "vct", "cnf", "status", "_sd_alg", "_sd"]);
        seen[0].Split('~')[1].ShouldNotBe(seen[1].Split('~')[1], "the salt");
    }

    [Fact]
    public async Task A_consent_carries_a_second_request_until_it_is_revoked()
    {
        var school = await ProofService.RegisterAsync(city, "standing");
        var opened = await school.OpenedAsync(Cast.LinMeiling);
        var handle = opened.GetProperty("consent").GetString()!;

        using var again = await school.StartAsync(("consent", handle));
        var started = await again.Content.ReadFromJsonAsync<JsonElement>();
        again.StatusCode.ShouldBe(HttpStatusCode.Created, started.GetRawText());
        using var answer = await school.FetchAsync(
            started.GetProperty("request").GetString()!, started.GetProperty("code").GetString()!);
        var second = await school.OpenAsync(answer);
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        var consent = await ConsentOfAsync(school);
        // From the list of who saw her data it is one step to where she takes it back.
        (await meiling.GetStringAsync("/me/data/access")).ShouldContain($"<a href=\"/me/proofs/{consent}\">");
        using var revoked = await meiling.SubmitAsync($"/me/proofs/{consent}", "id=\"revoke\"");
        using var late = await school.StartAsync(("consent", handle));
        var other = await ProofService.RegisterAsync(city, "not-the-one");
        using var stolen = await other.StartAsync(("consent", handle));

        PresentationOf(second).ShouldNotBe(PresentationOf(opened));
        (await revoked.PageAsync()).ShouldContain("收回了");
        (await late.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("consent_revoked");
        (await stolen.ProblemCodeAsync(HttpStatusCode.NotFound)).ShouldBe("consent_unknown");
        (await HistoryAsync(opened)).ShouldBe(["given", "fetched", "asked", "fetched", "revoked", "refused"]);
        (await AccessesAsync(school)).ShouldBe([true, true, false], ignoreOrder: true);
        foreach (var presentation in new[] { PresentationOf(opened), PresentationOf(second) })
            (await city.IsRevokedAsync(presentation)).ShouldBeTrue("both were issued under it");
    }

    [Fact]
    public async Task Who_asks_again_is_seen_at_once_whether_they_fetch_or_not_and_may_do_so_only_so_often()
    {
        var school = await ProofService.RegisterAsync(city, "asks-often");
        var opened = await school.OpenedAsync(Cast.LinMeiling);
        (string, string) handle = ("consent", opened.GetProperty("consent").GetString()!);

        using (var first = await school.StartAsync(handle))
            first.StatusCode.ShouldBe(HttpStatusCode.Created);

        (await HistoryAsync(opened)).ShouldBe(["given", "fetched", "asked"]);
        (await AccessesAsync(school)).ShouldBe([true, true], "it holds the code for what the office certified");
        for (var asked = 1; asked < ConsentStore.AskedInADayMax; asked++)
            using (var again = await school.StartAsync(handle))
                again.StatusCode.ShouldBe(HttpStatusCode.Created, $"number {asked}");
        for (var tries = 0; tries < 3; tries++)
            using (var refused = await school.StartAsync(handle))
                (await refused.ProblemCodeAsync(HttpStatusCode.TooManyRequests)).ShouldBe("consent_asked_too_often");
        (await HistoryAsync(opened)).Count(one => one == "asked").ShouldBe(ConsentStore.AskedInADayMax);
        (await AccessesAsync(school)).Count(isGiven => !isGiven).ShouldBe(1, "one line, however often it tries");
        city.Log.Lines.Count(line => line.Contains("consent_asked_too_often") && line.Contains("asks-often"))
            .ShouldBe(1);
        city.Log.Lines.ShouldAllBe(line => !line.Contains($"{PersonId.OfCast(Cast.LinMeiling).Value}"));
        city.Clock.Advance(TimeSpan.FromDays(1));
        using var tomorrow = await school.StartAsync(handle);
        tomorrow.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Wrong_fetch_codes_are_one_line_for_the_person_however_many_a_program_tries()
    {
        var school = await ProofService.RegisterAsync(city, "guesses-codes");
        var (request, code) = await school.GivenAsync(Cast.LinMeiling);

        for (var tries = 0; tries < 5; tries++)
            using (var wrong = await school.FetchAsync(request, ShareRequests.NewName()))
                (await wrong.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("fetch_code_wrong");

        (await AccessesAsync(school)).ShouldBe([false]);
        city.Log.Lines.Count(line => line.Contains("fetch_code_wrong") && line.Contains("guesses-codes")).ShouldBe(1);
        (await HistoryAsync(await school.OpenAsync(await school.FetchAsync(request, code))))
            .ShouldBe(["given", "refused", "fetched"]);
    }

    [Fact]
    public async Task What_is_late_replayed_stopped_or_declined_is_refused_by_name()
    {
        var school = await ProofService.RegisterAsync(city, "refusals");
        var need = await school.NeedAsync();
        using var meiling = await city.SignInAsync(Cast.LinMeiling);

        async Task<string> Refused(Task<HttpResponseMessage> sent, HttpStatusCode status)
        {
            using var answer = await sent;
            return await answer.ProblemCodeAsync(status);
        }

        (await Refused(school.StartAsync(("nonce", "short")), HttpStatusCode.BadRequest)).ShouldBe("nonce_needed");
        (await Refused(school.StartAsync(("need", "unknown")), HttpStatusCode.BadRequest)).ShouldBe("need_unknown");
        (await Refused(school.StartAsync(("return_address", "https://thief.example/")), HttpStatusCode.BadRequest))
            .ShouldBe("return_address_not_registered");
        const string nonce = "the very same nonce";
        using var first = await school.StartAsync(("nonce", nonce));
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await Refused(school.StartAsync(("nonce", nonce)), HttpStatusCode.Conflict)).ShouldBe("nonce_used");

        var waiting = await school.StartedAsync();
        (await Refused(school.FetchAsync(waiting, "x"), HttpStatusCode.Conflict)).ShouldBe("request_waits");
        using var declined = await meiling.SubmitAsync($"/share/{waiting}", "id=\"decline\"");
        (await Refused(school.FetchAsync(waiting, "x"), HttpStatusCode.Conflict)).ShouldBe("request_declined");

        var late = await school.StartedAsync();
        var (unfetched, code) = await school.GivenAsync(Cast.LinMeiling);
        city.Clock.Advance(ShareRequests.AnswerLife);
        (await Refused(school.FetchAsync(unfetched, code), HttpStatusCode.Conflict)).ShouldBe("answer_expired");
        city.Clock.Advance(ShareRequests.OpenLife);
        (await Refused(school.FetchAsync(late, "x"), HttpStatusCode.Conflict)).ShouldBe("request_expired");
        (await city.Get<GiveConsent>().OpenAsync(late, default)).ShouldBeNull();

        var opened = await school.OpenedAsync(Cast.LinMeiling);
        (string, string) handle = ("consent", opened.GetProperty("consent").GetString()!);
        var officer = PersonId.OfCast(Cast.WangYating);
        var needs = city.Get<NeedStore>();
        await needs.StopAsync(need.Id, officer, default);
        (await Refused(school.StartAsync(handle), HttpStatusCode.Forbidden)).ShouldBe("need_suspended");
        await needs.AskToResumeAsync(need.Id, officer, default);
        var wish = (await needs.StopsAsync(need.Id, default))[0].Number;
        await needs.DecideToResumeAsync(need.Id, wish, PersonId.OfCast(Cast.ZhangJianguo), true, default);
        await city.Get<ServiceChanges>().SuspendAsync(school.Service, officer, default);
        (await Refused(school.StartAsync(handle), HttpStatusCode.Forbidden)).ShouldBe("service_suspended");
        var stopped = (await city.Get<ServiceStore>().FindAsync(school.Service.ClientId, default))!;
        await ServiceProgram.ChangeAsync(city, (changes, who) => changes.AskToResumeAsync(stopped, who, default));
        city.Clock.Advance(TimeSpan.FromDays(need.ConsentDays));
        (await Refused(school.StartAsync(handle), HttpStatusCode.Forbidden)).ShouldBe("consent_expired");
        // Declined, too late, given, stopped twice within minutes, and long after the end.
        (await AccessesAsync(school)).ShouldBe([false, false, true, false, false], ignoreOrder: true);
    }

    [Fact]
    public async Task Another_wording_that_asks_for_more_ends_what_was_agreed_to()
    {
        var school = await ProofService.RegisterAsync(city, "asks-for-more");
        var opened = await school.OpenedAsync(Cast.LinMeiling);
        var need = await school.NeedAsync();

        await ProofService.WriteAsync(city, NeedDraft.Of(need) with { Name = new("只換名字") }, need.Id);
        using var same = await school.StartAsync(("consent", opened.GetProperty("consent").GetString()!));
        await ProofService.WriteAsync(
            city, NeedDraft.Of(need) with { Asked = ["low-income.category", "low-income.valid_through"] }, need.Id);
        using var other = await school.StartAsync(("consent", opened.GetProperty("consent").GetString()!));
        await city.Get<RevokeGiven>().SweepAsync(default);

        same.StatusCode.ShouldBe(HttpStatusCode.Created, "the same is asked for the same");
        (await other.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("consent_replaced");
        (await city.IsRevokedAsync(PresentationOf(opened))).ShouldBeTrue();
        // As an approval leaves it that was under way while the new wording was decided.
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update credentials.consent set ended_at = null, end_reason = null where need = @Id", new { need.Id });
        using var late = await school.StartAsync(("consent", opened.GetProperty("consent").GetString()!));
        (await late.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("consent_replaced");
    }

    [Fact]
    public async Task An_office_that_knows_nothing_gives_nothing_and_the_person_can_still_decline()
    {
        var school = await ProofService.RegisterAsync(city, "knows-nothing");
        var request = await school.StartedAsync();
        var open = (await city.Get<GiveConsent>().OpenAsync(request, default))!;

        var (address, problem) = await city.Get<GiveConsent>().GiveAsync(
            open, PersonId.OfCast(Cast.EmmaDubois), [1], "en", school.Issuer, default);

        (address, problem!.Code, problem.Office!["en"])
            .ShouldBe((null, "share_office_knows_nothing", "Social Affairs Bureau"));
        (await city.Get<ConsentStore>().OfAsync(PersonId.OfCast(Cast.EmmaDubois), default)).ShouldBeEmpty();
        (await city.Get<GiveConsent>().DeclineAsync(request, PersonId.OfCast(Cast.EmmaDubois), default))
            .ShouldBeTrue();
    }

    static string PresentationOf(JsonElement opened) =>
        opened.GetProperty("vp_token").GetProperty("low-income")[0].GetString()!;

    async Task<Guid> ConsentOfAsync(ProofService service) =>
        (await city.Get<ConsentStore>().OfAsync(PersonId.OfCast(Cast.LinMeiling), default))
            .First(consent => consent.Read.Service == service.Service.Id).Id;

    async Task<IEnumerable<string>> HistoryAsync(JsonElement opened)
    {
        var handle = ShareRequests.HashOf(opened.GetProperty("consent").GetString()!);
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.QueryAsync<string>(
            """
            select e.event from credentials.consent_event e join credentials.consent c on c.id = e.consent
            where c.handle_hash = @handle order by e.number
            """, new { handle });
    }

    /// <summary>What stands in the person's list of accesses of this service: given or refused.</summary>
    async Task<IEnumerable<bool>> AccessesAsync(ProofService service)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.QueryAsync<bool>(
            "select is_given from pass.access where by_whom = @id and person = @person",
            new { id = service.Service.ClientId, person = PersonId.OfCast(Cast.LinMeiling).Value });
    }
}
