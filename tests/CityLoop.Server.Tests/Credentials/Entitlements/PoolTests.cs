using System.Net;
using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Entitlements;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.Tests.Credentials.Sharing;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Credentials.Entitlements;

/// <summary>Half price at the pool: from four forms and two papers to one tap.</summary>
public sealed class PoolTests(TestCity city) : IClassFixture<TestCity>
{
    const string Poster = $"/proofs/{DemoPool.Code}";

    [Fact]
    public async Task From_the_poster_to_half_price_with_one_tap_and_the_counter_sees_that_it_is_true()
    {
        // The other tests of this city leave her a ticket.
        var (consents, meiling) = (city.Get<ConsentStore>(), PersonId.OfCast(Cast.LinMeiling));
        foreach (var held in await consents.OfAsync(meiling, default))
            await consents.RevokeAsync(meiling, held.Id, default);
        var page = await Browser.OpenAsync(city);
        await page.WithPasskeysAsync();
        var pages = new SharePages(page);
        await page.GotoAsync(Poster);
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("poster", fullPage: true);
        await page.ClickAsync("#sign-in");
        await page.FillAsync("#contact", city.ContactOf(Cast.LinMeiling));
        await page.PressAsync("#contact", "Enter");
        await page.WaitForURLAsync("**/sign-in/code");
        await page.FillAsync("#code", await city.LatestCodeAsync(city.ContactOf(Cast.LinMeiling)));
        await page.PressAsync("#code", "Enter");
        await page.WaitForURLAsync($"**{Poster}");
        await page.ClickAsync("#start");
        await page.WaitForURLAsync("**/share/**");
        await page.PictureAsync("share-without-passkey", fullPage: true);
        await pages.AddPasskeyAsync();
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("share", fullPage: true);

        var ticket = await pages.ApproveAsync();

        ticket.AbsolutePath.ShouldEndWith("/ticket");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("半價");
        var lastDay = city.Get<CityClock>().Today.AddDays(180);
        await Assertions.Expect(page.Locator("#last-day")).ToContainTextAsync($"{lastDay.Month} 月 {lastDay.Day} 日");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("ticket", fullPage: true);
        var scanned = (await city.ReadQrAsync(await page.PhotographAsync())).ShouldNotBeNull();
        var counter = await Browser.OpenAsync(city);
        await counter.GotoAsync(scanned);
        await Assertions.Expect(counter.Locator("#valid h1")).ToHaveTextAsync("半價");
        (await counter.ContentAsync()).ShouldNotContain("林美玲");
        await counter.ShouldBeAccessibleAsync();
        await counter.PictureAsync("check");
        await NothingOfTheFieldsIsKeptAsync();

        city.Clock.Advance(TimeSpan.FromSeconds(61));
        await counter.ReloadAsync();
        await Assertions.Expect(counter.Locator("#not-valid")).ToBeVisibleAsync();
        await page.GotoAsync("/me/proofs");
        await page.PictureAsync("proofs-with-ticket", fullPage: true);
        await page.GotoAsync(ticket.AbsolutePath.Replace("/ticket", "", StringComparison.Ordinal));
        await page.ClickAsync("#revoke");
        (await page.GotoAsync(ticket.AbsolutePath))!.Status.ShouldBe(404);
    }

    [Fact]
    public async Task Another_rule_is_agreed_to_anew_so_that_no_old_ticket_becomes_a_better_one()
    {
        var need = (await city.Get<NeedStore>().FindAsync(DemoPool.Code, default))!;
        var rule = need.Rule!;

        need.AsksTheSameAs(need with { Rule = rule with { Values = [.. rule.Values] } }).ShouldBeTrue();
        need.AsksTheSameAs(need with { Rule = rule with { Values = ["1"] } }).ShouldBeFalse();
        need.AsksTheSameAs(need with
        {
            Rule = rule with { Names = rule.Names.ToDictionary(name => name.Key, _ => "Free") },
        }).ShouldBeFalse();
        need.AsksTheSameAs(need with { Rule = null }).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_is_not_entitled_is_told_kindly_and_nothing_of_why_is_kept()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            update credentials.register_row r set fields = jsonb_set(r.fields, '{category}', '"0"')
            from pass.identity_check c, credentials.credential_type t
            where c.document_print = r.print and c.person = @Value and t.code = 'low-income' and t.register = r.import
            """, PersonId.OfCast(Cast.ChenATu));
        var needs = city.Get<NeedStore>();
        var need = (await needs.FindAsync(DemoPool.Code, default))!;
        var requests = city.Get<ShareRequests>();
        var request = (await requests.OpenAsync(need, "a nonce of the poster", null, null, default))!;
        var give = city.Get<GiveConsent>();

        var (address, problem) = await give.GiveAsync(
            (await give.OpenAsync(request, default))!, PersonId.OfCast(Cast.ChenATu), [1], "zh-TW",
            city.Address.ToString().TrimEnd('/'), default);

        problem.ShouldBeNull();
        address.ShouldBe($"{Poster}?done=not_entitled");
        using var anybody = city.Visit();
        (await anybody.GetStringAsync(address)).ShouldContain("很歡迎來");
        var consent = (await city.Get<ConsentStore>().OfAsync(PersonId.OfCast(Cast.ChenATu), default)).Single();
        (consent.EndReason, consent.LastDay).ShouldBe(("finished", null));
        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from credentials.given where consent = @Id and revoked_at is null", consent)).ShouldBe(0);
        await NothingOfTheFieldsIsKeptAsync();
    }

    [Fact]
    public async Task A_code_that_was_made_up_or_is_of_another_service_is_not_valid()
    {
        using var counter = city.Visit();
        var codes = city.Get<EntitlementCodes>();
        var need = (await city.Get<NeedStore>().FindAsync(DemoPool.Code, default))!;

        foreach (var made in new[] { "x", new string('A', 70), codes.Of(need, Guid.CreateVersion7()), "%00", "あ" })
        {
            using var answer = await counter.GetAsync(CheckPage.AddressOf(DemoPool.Code, Uri.EscapeDataString(made)));
            (await answer.PageAsync()).ShouldContain("id=\"not-valid\"", customMessage: made);
        }

        using var elsewhere = await counter.GetAsync(CheckPage.AddressOf("no-such-need", "x"));
        (await elsewhere.PageAsync()).ShouldContain("id=\"not-valid\"");
    }

    [Fact]
    public async Task A_ticket_is_worth_no_more_than_what_stands_behind_it()
    {
        var (need, consent) = await TicketAsync();
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        async Task<bool> HoldsAsync()
        {
            city.Clock.Advance(EntitlementCodes.Life);
            var code = city.Get<EntitlementCodes>().Of(need, consent);
            using var counter = city.Visit();
            var isValid = (await counter.GetStringAsync(CheckPage.AddressOf(need.Code, code))).Contains("id=\"valid\"");
            using var ticket = await meiling.GetAsync($"/me/proofs/{consent}/ticket");
            using var shown = await meiling.GetAsync($"/api/v1/me/proofs/{consent}/code");
            var isListed = (await meiling.GetStringAsync("/me/proofs")).Contains($"/me/proofs/{consent}/ticket");
            var isOffered = (await meiling.GetStringAsync($"/me/proofs/{consent}")).Contains("/ticket\"");
            new[] { ticket.IsSuccessStatusCode, shown.IsSuccessStatusCode, isListed, isOffered }
                .ShouldAllBe(one => one == isValid);
            return isValid;
        }

        (await HoldsAsync()).ShouldBeTrue();
        await using var connection = await city.Database.OpenConnectionAsync();
        foreach (var (stop, goOn) in new[]
        {
            ("credentials.need set suspended_at = now() where id = @Id", "credentials.need set suspended_at = null"),
            ("sign_on.service set suspended_at = now() where id = @Service",
                "sign_on.service set suspended_at = null where id = @Service"),
            ("credentials.office set suspended_at = now() where code = 'social-affairs'",
                "credentials.office set suspended_at = null"),
            // Long ago, so that no sweep takes back meanwhile what was issued by it.
            ("pass.identity_check set withdrawn_by = first_officer, withdrawn_at = '2026-01-01' where person = @Person",
                "pass.identity_check set withdrawn_by = null, withdrawn_at = null where person = @Person"),
        })
        {
            var values = new { need.Id, need.Service, Person = PersonId.OfCast(Cast.LinMeiling).Value };
            foreach (var (sets, holds) in new[] { (stop, false), (goOn, true) })
            {
                await connection.ExecuteAsync($"update {sets}", values);
                (await HoldsAsync()).ShouldBe(holds, sets);
            }
        }

        await connection.ExecuteAsync(
            """
            update credentials.status_place p set revoked_at = now()
            from credentials.given g where g.consent = @consent and p.place = g.status_index and p.type = g.type
            """, new { consent });
        (await HoldsAsync()).ShouldBeFalse("the office has taken back what it certified");
        (await meiling.GetStringAsync(Poster)).ShouldContain("id=\"start\"", customMessage: "and they begin anew");
    }

    [Fact]
    public async Task A_code_counts_at_one_counter_and_there_as_often_as_they_look_again()
    {
        var (need, consent) = await TicketAsync();
        var codes = city.Get<EntitlementCodes>();
        var (one, another) = (codes.Of(need, consent), codes.Of(need, consent));
        using var counter = city.Visit();
        using var other = city.Visit();
        async Task<string> SeenAsync(HttpClient at, string code) =>
            await at.GetStringAsync(CheckPage.AddressOf(need.Code, code));

        (await SeenAsync(counter, one)).ShouldContain("id=\"valid\"");
        (await SeenAsync(counter, one)).ShouldContain("id=\"valid\"", customMessage: "the page was loaded again");
        (await SeenAsync(counter, another)).ShouldContain("id=\"valid\"", customMessage: "scanned again");
        foreach (var again in new[] { one, another })
        {
            var page = await SeenAsync(other, again);
            page.ShouldContain("id=\"not-valid\"");
            page.ShouldContain("已經掃過");
        }

        city.Clock.Advance(EntitlementCodes.Life);
        (await SeenAsync(other, codes.Of(need, consent))).ShouldContain("id=\"valid\"");
        city.Clock.Advance(2 * EntitlementCodes.Life);
        await SeenAsync(other, codes.Of(need, consent));
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from credentials.checked_code")).ShouldBe(
            1, "where somebody has been is not kept");
    }

    [Theory]
    [InlineData("one_of", new[] { "1", "2", "3" }, "\"3\"", true)]
    [InlineData("one_of", new[] { "1", "2", "3" }, "3", true)]
    [InlineData("one_of", new[] { "1", "2", "3" }, "\"0\"", false)]
    [InlineData("one_of", new[] { "1", "2", "3" }, "\"13\"", false)]
    [InlineData("at_least", new[] { "65" }, "65", true)]
    [InlineData("at_least", new[] { "65" }, "64.9", false)]
    [InlineData("at_most", new[] { "12" }, "\"12\"", true)]
    [InlineData("at_most", new[] { "12" }, "\"unknown\"", false)]
    public void A_rule_compares_a_field_with_values(string way, string[] values, string said, bool isEntitled)
    {
        var rule = new NeedRule("t", "f", way, values, null, 180, new Dictionary<string, string>());

        Decide(rule, $$"""{"f":{{said}}}""").IsEntitled.ShouldBe(isEntitled);
    }

    [Theory]
    [InlineData(400, 180)]
    [InlineData(20, 20)]
    [InlineData(0, 0)]
    public void The_earlier_of_the_offices_day_and_the_rules_days_is_the_last_one(int officesDays, int lastDay)
    {
        var today = city.Get<CityClock>().Today;
        var rule = new NeedRule("t", "f", "one_of", ["1"], "until", 180, new Dictionary<string, string>());

        var decided = Decide(rule, $$"""{"f":"1","until":"{{today.AddDays(officesDays):yyyy-MM-dd}}"}""");

        decided.ShouldBe(new HostedDecision(true, today.AddDays(lastDay)));
        Decide(rule, $$"""{"f":"1","until":"{{today.AddDays(-1):yyyy-MM-dd}}"}""").IsEntitled.ShouldBeFalse();
        Decide(rule, """{"f":"1"}""").IsEntitled.ShouldBeFalse("it was to say until when, and does not");
    }

    async Task<(Need Need, Guid Consent)> TicketAsync()
    {
        await city.MakeProofPlacesAsync();
        var need = (await city.Get<NeedStore>().FindAsync(DemoPool.Code, default))!;
        var consent = await city.Get<ConsentStore>().HoldingAsync(PersonId.OfCast(Cast.LinMeiling), need.Id, default);
        return (need, consent!.Id);
    }

    HostedDecision Decide(NeedRule rule, string fields)
    {
        var clock = city.Get<CityClock>();
        return HostedServices.Decide(
            rule,
            new VerifiedCredential
            {
                Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!,
                AlwaysShown = [],
                Until = clock.Now.AddDays(30),
                Holder = new DecryptionKey(DecryptionKey.NewPkcs8()).Public,
            }, clock.Today, clock);
    }

    /// <summary>Of all that the consent side holds, nothing says what a field said.</summary>
    async Task NothingOfTheFieldsIsKeptAsync()
    {
        // The day through which the office's decision holds, as the field says it.
        await city.NothingIsKeptOfAsync($"{TestClock.Start.AddYears(1):yyyy-MM-dd}", "eyJ");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QuerySingleAsync<string>(
            """
            select string_agg(column_name, ' ' order by ordinal_position) from information_schema.columns
            where table_schema = 'credentials' and table_name = 'entitlement'
            """)).ShouldBe("id person consent given_at last_day");
    }
}
