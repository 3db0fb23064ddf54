using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Pass;

public sealed class OneTimeCodesTests(TestCity city) : IClassFixture<TestCity>
{
    static int _contacts;

    readonly string _contact = $"code{Interlocked.Increment(ref _contacts)}@example.org";

    [Fact]
    public async Task An_unknown_contact_becomes_a_resident_once_and_the_same_one_the_next_time()
    {
        var first = await EnterAsync(await AskAsync(), await city.LatestCodeAsync(_contact));
        var second = await EnterAsync(await AskAsync(), await city.LatestCodeAsync(_contact));

        first.GetProperty("isNew").GetBoolean().ShouldBeTrue();
        second.GetProperty("isNew").GetBoolean().ShouldBeFalse();
        second.GetProperty("person").GetGuid().ShouldBe(first.GetProperty("person").GetGuid());
    }

    [Fact]
    public async Task Known_and_unknown_contacts_get_the_same_answer()
    {
        using var client = city.Visit();
        using var known = await client.SubmitAsync("/sign-in", "name=\"Contact\"", ("Contact", "meiling@example.org"));
        using var unknown = await client.SubmitAsync(
            "/sign-in", "name=\"Contact\"", ("Contact", "maiming@example.org"));

        known.StatusCode.ShouldBe(unknown.StatusCode);
        WithoutTokens(await known.PageAsync()).ShouldBe(WithoutTokens(await unknown.PageAsync()));
    }

    [Fact]
    public async Task A_code_works_for_ten_minutes_and_not_a_second_longer()
    {
        var ticket = await AskAsync();
        var code = await city.LatestCodeAsync(_contact);
        city.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        (await RefusalAsync(ticket, Wrong(code))).ShouldBe("code_wrong");
        city.Clock.Advance(TimeSpan.FromSeconds(1));

        (await RefusalAsync(ticket, code)).ShouldBe("code_not_live");
    }

    [Fact]
    public async Task A_code_is_taken_once()
    {
        var ticket = await AskAsync();
        var code = await city.LatestCodeAsync(_contact);
        await EnterAsync(ticket, code);

        (await RefusalAsync(ticket, code)).ShouldBe("code_not_live");
    }

    [Fact]
    public async Task A_code_that_is_entered_in_many_windows_at_once_lets_one_in()
    {
        var ticket = await AskAsync();
        var code = await city.LatestCodeAsync(_contact);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SendAsync(ticket, code)));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
    }

    [Fact]
    public async Task After_five_wrong_tries_the_right_code_is_refused_too()
    {
        var ticket = await AskAsync();
        var code = await city.LatestCodeAsync(_contact);
        for (var i = 0; i < 4; i++)
            (await RefusalAsync(ticket, Wrong(code))).ShouldBe("code_wrong");
        (await RefusalAsync(ticket, Wrong(code))).ShouldBe("code_out_of_tries");

        (await RefusalAsync(ticket, code)).ShouldBe("code_not_live");
    }

    [Fact]
    public async Task Tries_that_come_at_once_share_the_five()
    {
        var ticket = await AskAsync();
        var code = await city.LatestCodeAsync(_contact);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RefusalAsync(ticket, Wrong(code))));

        answers.Count(a => a is "code_wrong" or "code_out_of_tries").ShouldBe(5);
        (await RefusalAsync(ticket, code)).ShouldBe("code_not_live");
    }

    [Fact]
    public async Task A_newer_code_replaces_the_one_before()
    {
        var firstTicket = await AskAsync();
        var firstCode = await city.LatestCodeAsync(_contact);
        var secondTicket = await AskAsync();
        var secondCode = await city.LatestCodeAsync(_contact);

        (await RefusalAsync(firstTicket, firstCode)).ShouldBe("code_not_live");
        await EnterAsync(secondTicket, secondCode);
    }

    /// <summary>Login CSRF: a code that a stranger asked for signs nobody in as that stranger.</summary>
    [Fact]
    public async Task Login_CSRF_a_code_is_good_only_in_the_browser_that_asked_and_others_use_up_no_tries()
    {
        var ticket = await AskAsync();
        var code = await city.LatestCodeAsync(_contact);
        for (var i = 0; i < 10; i++)
            (await RefusalAsync("somebody-elses-ticket", code)).ShouldBe("code_not_live");

        await EnterAsync(ticket, code);
    }

    [Fact]
    public async Task The_sixth_code_in_an_hour_is_not_sent_and_the_fifth_still_works()
    {
        for (var i = 0; i < 4; i++)
            await AskAsync();
        var ticket = await AskAsync();
        var code = await city.LatestCodeAsync(_contact);

        (await RefusedAskAsync(HttpStatusCode.TooManyRequests)).ShouldBe("too_many_codes");
        await EnterAsync(ticket, code);
        await AskAsync();
    }

    [Fact]
    public async Task After_an_hour_codes_are_sent_again()
    {
        for (var i = 0; i < OneTimeCodes.SendsPerHour; i++)
            await AskAsync();
        await RefusedAskAsync(HttpStatusCode.TooManyRequests);
        city.Clock.Advance(TimeSpan.FromHours(1));

        await AskAsync();
    }

    [Fact]
    public async Task Who_has_text_messages_sent_in_vain_stops_them_for_new_devices_alone_and_for_an_hour()
    {
        var cookies = new CookieContainer();
        using var hers = city.Visit(cookies: cookies);
        var known = $"09{Random.Shared.Next(10_000_000, 99_999_999)}";
        (await EnterWithAsync(hers, known)).ShouldBe(HttpStatusCode.OK);
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into pass.one_time_code
              (contact, ticket_hash, code_hash, expires_at, tries_left, sends, sends_counted_from)
            select '+99' || n, '', '', @now, 5, 5, @now from generate_series(1, 200) n
            """, new { now = city.Clock.GetUtcNow() });

        var number = $"09{Random.Shared.Next(10_000_000, 99_999_999)}";
        (await RefusedAskAsync(HttpStatusCode.TooManyRequests, number)).ShouldBe("texts_rest");
        await AskAsync();
        var remembered = new CookieContainer();
        remembered.Add(cookies.GetCookies(city.Address).Single(cookie => cookie.Name.EndsWith("known")));
        using var hersLater = city.Visit(cookies: remembered);
        (await EnterWithAsync(hersLater, known)).ShouldBe(HttpStatusCode.OK);
        city.Clock.Advance(TimeSpan.FromHours(1));
        using var later = city.Visit();
        (await EnterWithAsync(later, number)).ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Asks for a code in a browser and types it in.</summary>
    async Task<HttpStatusCode> EnterWithAsync(HttpClient browser, string contact)
    {
        using var asked = await browser.PostAsJsonAsync("/api/v1/sign-in/code", new { contact });
        asked.StatusCode.ShouldBe(HttpStatusCode.OK);
        var ticket = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString();
        var code = await city.LatestCodeAsync(Contact.Read(contact)!.Value);
        using var entered = await browser.PostAsJsonAsync("/api/v1/sign-in", new { contact, ticket, code });
        return entered.StatusCode;
    }

    [Fact]
    public async Task The_table_holds_no_code_and_the_log_no_contact()
    {
        await AskAsync();
        var code = await city.LatestCodeAsync(_contact);
        await using var connection = await city.Database.OpenConnectionAsync();

        var row = await connection.QuerySingleAsync<string>(
            "select c::text from pass.one_time_code c where contact = @contact", new { contact = _contact });

        row.ShouldNotContain(code);
        row.ShouldNotContain(Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(code))));
        city.Log.Lines.ShouldAllBe(line => !line.Contains(_contact));
    }

    [Fact]
    public async Task Contacts_of_codes_that_nobody_used_are_forgotten()
    {
        await AskAsync();
        city.Clock.Advance(TimeSpan.FromHours(2));
        using var client = city.Visit();
        using var other = await client.PostAsJsonAsync("/api/v1/sign-in/code", new { contact = "another@example.org" });
        await using var connection = await city.Database.OpenConnectionAsync();

        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.one_time_code where contact = @contact", new { contact = _contact }))
                .ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData(null)]
    public async Task What_is_no_contact_is_told_by_its_field(string? contact)
    {
        using var client = city.Visit();
        using var answer = await client.PostAsJsonAsync("/api/v1/sign-in/code", new { contact });

        (await answer.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("contact_not_understood");
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString().ShouldBe("contact");
    }

    async Task<string> AskAsync()
    {
        using var client = city.Visit();
        using var answer = await client.PostAsJsonAsync("/api/v1/sign-in/code", new { contact = _contact });
        var sent = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, sent.ToString());
        return sent.GetProperty("ticket").GetString()!;
    }

    async Task<string> RefusedAskAsync(HttpStatusCode status, string? contact = null)
    {
        using var client = city.Visit();
        using var answer = await client.PostAsJsonAsync("/api/v1/sign-in/code", new { contact = contact ?? _contact });
        return await answer.ProblemCodeAsync(status);
    }

    async Task<HttpResponseMessage> SendAsync(string ticket, string code)
    {
        using var client = city.Visit();
        return await client.PostAsJsonAsync("/api/v1/sign-in", new { contact = _contact, ticket, code });
    }

    async Task<JsonElement> EnterAsync(string ticket, string code)
    {
        using var answer = await SendAsync(ticket, code);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    async Task<string> RefusalAsync(string ticket, string code)
    {
        using var answer = await SendAsync(ticket, code);
        return await answer.ProblemCodeAsync(HttpStatusCode.BadRequest);
    }

    static string Wrong(string code) => code == "000000" ? "000001" : "000000";

    static string WithoutTokens(string page) =>
        System.Text.RegularExpressions.Regex.Replace(page, "value=\"[^\"]*\"", "");
}
