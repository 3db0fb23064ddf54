using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Entitlements;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Credentials.Offices;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>
/// How long consents, credentials and entitlements hold, also where two things happen at once: each of those tests has
/// two connections to the database, and one of them waits.
/// </summary>
public sealed class ConsentEndsTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly PersonId Meiling = PersonId.OfCast(Cast.LinMeiling);
    static readonly PersonId First = PersonId.OfCast(Cast.WangYating);
    static readonly PersonId Second = PersonId.OfCast(Cast.ZhangJianguo);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    readonly CredentialHolder _person = new(city);

    [Fact]
    public async Task A_credential_ends_with_its_line_in_the_register_at_the_latest()
    {
        await ReplaceRegisterAsync(3, eldersDays: 3);

        var last = (await _person.IssueAsync(Cast.ChenATu, "low-income"))!;
        last.Until.ShouldBeLessThan(city.Clock.GetUtcNow().AddDays(5));
        city.Clock.Set(last.Until);

        (await _person.IssueAsync(Cast.ChenATu, "low-income")).ShouldBeNull("the line has ended");
    }

    [Fact]
    public async Task A_consent_that_runs_out_takes_what_was_issued_under_it_with_it()
    {
        var school = await ProofService.RegisterAsync(
            city, "one-day", draft => draft with { ConsentDays = "1" });
        var opened = await school.OpenedAsync(Cast.LinMeiling);
        var until = city.Clock.GetUtcNow().AddDays(1);
        city.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));

        await city.Get<RevokeGiven>().SweepAsync(Stop);

        (await city.IsRevokedAsync(PresentationOf(opened))).ShouldBeTrue();
        var consent = await ConsentOfAsync(await school.NeedAsync());
        (consent.EndReason, consent.EndedAt).ShouldBe(("expired", until));
        (await city.Get<ConsentStore>().EventsAsync(consent.Id, Stop)).Select(one => (one.Event, one.At))
            .Last().ShouldBe(("expired", until));
        using var late = await school.StartAsync(("consent", opened.GetProperty("consent").GetString()!));
        (await late.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("consent_expired");
    }

    [Fact]
    public async Task What_has_run_out_is_forgotten_and_its_place_is_free_again()
    {
        await ReplaceRegisterAsync(3);
        var school = await ProofService.RegisterAsync(city, "cleaned");
        await school.OpenedAsync(Cast.LinMeiling);
        var ticket = await TicketAsync();
        var consent = await ConsentOfAsync(await school.NeedAsync());

        async Task<(long Given, long Places)> LeftAsync(Guid of)
        {
            await using var connection = await city.Database.OpenConnectionAsync(Stop);
            return await connection.QuerySingleAsync<(long, long)>(
                """
                select count(*), count(p.place) from credentials.given g
                left join credentials.credential_type t on t.code = g.type
                left join credentials.status_place p
                  on p.office = t.office and p.number = g.status_number and p.place = g.status_index
                where g.consent = @of
                """, new { of });
        }

        await city.Get<RevokeGiven>().SweepAsync(Stop);
        (await LeftAsync(consent.Id)).ShouldBe((1, 1));
        city.Clock.Advance(TimeSpan.FromDays(32));
        await city.Get<RevokeGiven>().SweepAsync(Stop);

        (await LeftAsync(consent.Id)).ShouldBe((0, 0));
        (await LeftAsync(ticket)).ShouldBe((1, 1), "by it the ticket hears of the office's change of mind");
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        (await database.ExecuteScalarAsync<bool>(
            """
            select bool_and(l.taken = (select count(*) from credentials.status_place p
              where p.office = l.office and p.number = l.number)) from credentials.status_list l
            """)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_ticket_ends_when_the_office_changes_its_mind_after_the_credential_has_run_out()
    {
        await ReplaceRegisterAsync(3);
        var ticket = await TicketAsync();
        city.Clock.Advance(TimeSpan.FromDays(40));
        await city.Get<RevokeGiven>().SweepAsync(Stop);
        var codes = city.Get<EntitlementCodes>();
        (await codes.FindAsync(Meiling, ticket, Stop)).ShouldNotBeNull("the rule says 180 days");

        await ReplaceRegisterAsync(2);

        (await codes.FindAsync(Meiling, ticket, Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task A_credential_is_issued_by_the_old_register_and_taken_back_or_by_the_new_one()
    {
        await ReplaceRegisterAsync(3);
        var import = await StageAsync(2, 300);
        await using var other = await city.Database.OpenConnectionAsync(Stop);
        Task<IssuedCredential?> issued;
        await using (var activating = await other.BeginTransactionAsync(Stop))
        {
            await city.Get<Registers>().ActivateAsync(other, "low-income", import, Stop);
            issued = _person.IssueAsync(Cast.LinMeiling, "low-income");
            await WaitsOrIsDoneAsync(issued);
            await other.ExecuteAsync(
                """
                update credentials.office_change set decided_by = @Second, decided_at = now(), is_approved = true
                where id = @import
                """, new { import, Second = Second.Value });
            await activating.CommitAsync(Stop);
        }

        CategoryIn((await issued)!.SdJwt).ShouldBe(2, "the new register held before it was issued");

        // The other way round: what is being issued when the next register comes is taken back by it.
        var next = await StageAsync(1, 300);
        Task decided;
        await using (var holding = await other.BeginTransactionAsync(Stop))
        {
            await other.ExecuteAsync("select from credentials.status_list for update");
            issued = _person.IssueAsync(Cast.LinMeiling, "low-income");
            await WaitsOrIsDoneAsync(issued);
            decided = city.Get<OfficeChanges>().DecideAsync(Second, next, isApproved: true, Stop);
            await WaitsOrIsDoneAsync(decided, 2);
            await holding.CommitAsync(Stop);
        }

        await decided;
        var old = (await issued)!;
        (CategoryIn(old.SdJwt), await city.IsRevokedAsync(_person.Present(old))).ShouldBe((2, true));
    }

    [Fact]
    public async Task Of_two_approvals_at_once_one_consent_is_left()
    {
        var school = await ProofService.RegisterAsync(city, "twice-at-once");
        var (one, two) = (await OpenAsync(await school.StartedAsync()), await OpenAsync(await school.StartedAsync()));
        var need = await school.NeedAsync();
        await using var other = await city.Database.OpenConnectionAsync(Stop);
        Task<(string?, GiveProblem?)>[] given;
        await using (var holding = await other.BeginTransactionAsync(Stop))
        {
            // Both have written their consent, or wait to, when they come to the request.
            await other.ExecuteAsync("select from credentials.request where need = @Id for update", need);
            given = [GiveAsync(one, school), GiveAsync(two, school)];
            await WaitsOrIsDoneAsync(Task.WhenAll(given), 2);
            await holding.CommitAsync(Stop);
        }

        foreach (var (address, problem) in await Task.WhenAll(given))
            address.ShouldNotBeNull(problem?.Code);
        (await other.QueryAsync<string?>(
            "select end_reason from credentials.consent where need = @Id", need)).Order().ShouldBe([null, "replaced"]);
        await Should.ThrowAsync<PostgresException>(() => other.ExecuteAsync(
            "update credentials.consent set ended_at = null, end_reason = null where need = @Id", need));
    }

    [Fact]
    public async Task What_is_taken_back_while_it_is_fetched_is_not_given()
    {
        var school = await ProofService.RegisterAsync(city, "fetched-at-once");
        var (request, code) = await school.GivenAsync(Cast.LinMeiling);
        var need = await school.NeedAsync();
        await using var other = await city.Database.OpenConnectionAsync(Stop);
        Task<HttpResponseMessage> fetched;
        await using (var ending = await other.BeginTransactionAsync(Stop))
        {
            await other.ExecuteAsync(
                "update credentials.consent set ended_at = @now, end_reason = 'revoked' where need = @Id",
                new { need.Id, now = city.Clock.GetUtcNow() });
            fetched = school.FetchAsync(request, code);
            await WaitsOrIsDoneAsync(fetched);
            await ending.CommitAsync(Stop);
        }

        using var answer = await fetched;
        (await answer.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("consent_revoked");
    }

    [Fact]
    public async Task Nobody_agrees_to_a_wording_that_another_one_has_just_replaced()
    {
        var school = await ProofService.RegisterAsync(city, "reworded-at-once");
        var need = await school.NeedAsync();
        var late = await OpenAsync(await school.StartedAsync());
        var early = await OpenAsync(await school.StartedAsync());
        var more = NeedDraft.Of(need) with { Asked = ["low-income.category", "low-income.valid_through"] };
        var (written, _) = await city.Get<SaveNeed>().SaveAsync(more, need.Id, First, Stop);
        await using var other = await city.Database.OpenConnectionAsync(Stop);
        Task<(string?, GiveProblem?)> given;
        Task decided;
        await using (var holding = await other.BeginTransactionAsync(Stop))
        {
            await other.ExecuteAsync("select from credentials.request where need = @Id for update", need);
            given = GiveAsync(early, school);
            await WaitsOrIsDoneAsync(given);
            decided = city.Get<NeedStore>().DecideAsync(need.Id, written!.Version, Second, isApproved: true, Stop);
            await WaitsOrIsDoneAsync(decided, 2);
            await holding.CommitAsync(Stop);
        }

        await decided;
        (await given).Item1.ShouldNotBeNull("they agreed before the new wording held");
        (await ConsentOfAsync(need)).EndReason.ShouldBe("replaced");
        (await GiveAsync(late, school)).Item2!.Code.ShouldBe("share_request_over");
        (await city.Get<ConsentStore>().HoldingAsync(Meiling, need.Id, Stop)).ShouldBeNull();
    }

    async Task<OpenRequest> OpenAsync(string request) =>
        (await city.Get<GiveConsent>().OpenAsync(request, Stop)).ShouldNotBeNull();

    Task<(string? Address, GiveProblem? Problem)> GiveAsync(OpenRequest open, ProofService service) =>
        city.Get<GiveConsent>().GiveAsync(open, Meiling, [1], "en", service.Issuer, Stop);

    /// <summary>Half price for Meiling; answers the consent behind it.</summary>
    async Task<Guid> TicketAsync()
    {
        await city.MakeProofPlacesAsync();
        return (await ConsentOfAsync((await city.Get<NeedStore>().FindAsync(DemoPool.Code, Stop))!)).Id;
    }

    async Task<Consent> ConsentOfAsync(Need need) =>
        (await city.Get<ConsentStore>().OfAsync(Meiling, Stop)).First(consent => consent.Need == need.Id);

    /// <summary>Until as many wait for a lock, or what was to wait does not.</summary>
    Task<TimeSpan> WaitsOrIsDoneAsync(Task task, int count = 1) => Eventually.BecomesTrueAsync(async () =>
    {
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        return task.IsCompleted || await connection.ExecuteScalarAsync<long>(
            """
            select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
            """) >= count;
    }, TimeSpan.FromSeconds(60), "one of the two waits");

    async Task ReplaceRegisterAsync(int category, int eldersDays = 300) =>
        (await city.Get<OfficeChanges>().DecideAsync(
            Second, await StageAsync(category, eldersDays), isApproved: true, Stop)).ShouldBe(OfficeChangeOutcome.Done);

    /// <summary>A register with Meiling in this category, which waits for the second officer.</summary>
    async Task<Guid> StageAsync(int category, int eldersDays)
    {
        var (office, type) = (await city.Get<OfficeStore>().FindTypeAsync("low-income", Stop))!.Value;
        var today = city.Get<CityClock>().Today;
        RegisterLine Line(string number, int says, int days) => new(
            "national_id", number, today.AddDays(days),
            JsonSerializer.Serialize(new { category = says, valid_through = $"{today.AddDays(300):yyyy-MM-dd}" }));
        (await city.Get<OfficeChanges>().AskForRegisterAsync(
            First, office, type, [Line("B220419901", category, 300), Line("L103091941", 1, eldersDays)], "", Stop))
            .ShouldBe(OfficeChangeOutcome.Waits);
        return (await city.Get<OfficeChanges>().WaitingAsync(Stop)).Single().Id;
    }

    static int CategoryIn(string sdJwt) => sdJwt.Split('~')[1..^1]
        .Select(text => JsonDocument.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text))).RootElement)
        .Single(field => field[1].GetString() == "category")[2].GetInt32();

    static string PresentationOf(JsonElement opened) =>
        opened.GetProperty("vp_token").GetProperty("low-income")[0].GetString()!;
}
