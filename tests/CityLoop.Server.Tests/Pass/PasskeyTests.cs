using System.Net;
using System.Net.Http.Json;
using System.Text;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass;

/// <summary>Passkeys in a real browser, with a security key in software.</summary>
public sealed class PasskeyTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData("zh-TW", "已加入")]
    [InlineData("en", "Added.")]
    public async Task A_new_person_signs_up_with_a_passkey_and_comes_back_with_it(string language, string added)
    {
        var page = await Browser.OpenAsync(city, language: language);
        var pass = new PassPages(city, page);

        await pass.SignUpWithPasskeyAsync($"new-{language}@example.org", "林小明");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("林小明");
        await pass.SignOutAsync();
        await pass.SignInWithPasskeyAsync();

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("林小明");
        await page.GotoAsync("/me/devices?done=passkey_added");
        await Assertions.Expect(page.Locator(".notice.good")).ToContainTextAsync(added);
    }

    [Fact]
    public async Task A_removed_passkey_lets_nobody_in_and_says_what_else_works()
    {
        var page = await Browser.OpenAsync(city, language: "en");
        var pass = new PassPages(city, page);
        await pass.SignUpWithPasskeyAsync("remover@example.org", "Remover", "/me/devices");
        await page.ClickAsync("[aria-labelledby=passkeys] summary");
        await page.FillAsync("details input[name=name]", "My phone");
        await page.ClickAsync("form[action='/me/passkeys/name'] button");
        await Assertions.Expect(page.Locator("[aria-labelledby=passkeys] summary")).ToContainTextAsync("My phone");
        await page.ClickAsync("[aria-labelledby=passkeys] summary");
        await page.ClickAsync("form[action='/me/passkeys/remove'] button");
        await Assertions.Expect(page.Locator(".notice.good")).ToContainTextAsync("no longer signs anybody in");
        await pass.SignOutAsync();

        await page.ClickAsync("#passkey");

        await Assertions.Expect(page.Locator("#passkey-problem")).ToHaveTextAsync(
            "That did not work. Try again, or use a code instead.");
        (await page.EvaluateAsync<int>("fetch('/api/v1/me').then(a => a.status)")).ShouldBe(401);
    }

    [Fact]
    public async Task An_answer_that_was_listened_to_cannot_be_given_again()
    {
        var page = await Browser.OpenAsync(city);
        var pass = new PassPages(city, page);
        await pass.SignUpWithPasskeyAsync("replayed@example.org", "Replayed");
        await pass.SignOutAsync();
        string? body = null;
        string? cookies = null;
        page.Request += (_, request) => body ??=
            request.Url.EndsWith("/api/v1/sign-in/passkey", StringComparison.Ordinal) ? request.PostData : null;
        await page.RouteAsync("**/api/v1/sign-in/passkey", async route =>
        {
            cookies = (await route.Request.AllHeadersAsync())["cookie"];
            await route.ContinueAsync();
        });
        await pass.SignInWithPasskeyAsync();

        using var thief = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = city.Address };
        thief.DefaultRequestHeaders.Add("Cookie", cookies);
        thief.DefaultRequestHeaders.Add("Origin", city.Address.GetLeftPart(UriPartial.Authority));
        using var replayed = await thief.PostAsync(
            "/api/v1/sign-in/passkey", new StringContent(body!, Encoding.UTF8, "application/json"));

        cookies.ShouldNotBeNull().ShouldContain("passkey=");
        (await replayed.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("passkey_not_accepted");
    }

    [Fact]
    public async Task Challenges_that_ran_out_are_forgotten_a_few_with_each_sign_in_and_the_others_stay()
    {
        var pass = new PassPages(city, await Browser.OpenAsync(city));
        await pass.SignUpWithPasskeyAsync("forgetter@example.org", "Forgetter");
        await pass.SignOutAsync();
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            delete from pass.used_challenge;
            insert into pass.used_challenge (hash, until)
            select decode(md5(n::text), 'hex'), @now + interval '1 minute' * (n - 20) from generate_series(0, 39) n
            """, new { now = city.Clock.GetUtcNow() });

        await pass.SignInWithPasskeyAsync();

        (await connection.QuerySingleAsync<(long, long)>(
            """
            select count(*) filter (where until < @now), count(*) filter (where until >= @now)
            from pass.used_challenge
            """, new { now = city.Clock.GetUtcNow() })).ShouldBe((20 - 8, 20 + 1));
    }

    [Fact]
    public async Task The_same_device_is_not_added_twice()
    {
        var page = await Browser.OpenAsync(city, language: "en");
        await new PassPages(city, page).SignUpWithPasskeyAsync("twice@example.org", "Twice", "/me/devices");

        await page.ClickAsync("#add-passkey");

        await Assertions.Expect(page.Locator("#add-passkey-problem")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[aria-labelledby=passkeys] summary")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_challenge_that_nobody_asked_for_or_that_ran_out_is_not_taken()
    {
        using var client = city.Visit();
        var made = new { credential = new { id = "AAAA", rawId = "AAAA", type = "public-key", response = new { } } };
        using var without = await client.PostAsJsonAsync("/api/v1/sign-in/passkey", made);
        using var asked = await client.PostAsync("/api/v1/sign-in/passkey/challenge", null);
        city.Clock.Advance(TimeSpan.FromMinutes(6));
        using var late = await client.PostAsJsonAsync("/api/v1/sign-in/passkey", made);

        (await without.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("passkey_not_accepted");
        (await late.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("passkey_not_accepted");
        city.Log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_passkey_of_another_person_cannot_be_renamed_or_removed()
    {
        var page = await Browser.OpenAsync(city);
        await new PassPages(city, page).SignUpWithPasskeyAsync("owner@example.org", "Owner");
        await using var connection = await city.Database.OpenConnectionAsync();
        var key = Convert.ToHexStringLower(await connection.QuerySingleAsync<byte[]>(
            """
            select k.credential_id from pass.passkey k join pass.contact c on c.person = k.person
            where c.value = 'owner@example.org'
            """));
        using var other = await city.SignInAsync(Cast.LinMeiling);
        var forms = await other.GetStringAsync("/me");
        foreach (var action in new[] { "/me/passkeys/remove", "/me/passkeys/name" })
        {
            using var tried = await other.SendFormAsync(
                new Uri(city.Address, "/me"), forms.Replace("/sign-out", action, StringComparison.Ordinal),
                $"action=\"{action}\"", ("passkey", key), ("name", "mine"));
            await tried.PageAsync();
        }

        (await connection.QueryAsync<string>(
            "select name from pass.passkey where credential_id = decode(@key, 'hex')", new { key })).ShouldBe(
                ["Linux"]);
    }
}
