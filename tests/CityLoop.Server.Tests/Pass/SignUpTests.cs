using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass;

/// <summary>A visitor from abroad, without e-mail and phone.</summary>
public sealed class SignUpTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_visitor_gets_a_pass_with_a_passkey_alone_and_comes_back_with_a_code_from_paper()
    {
        var page = await Browser.OpenAsync(city);
        await page.WithPasskeysAsync();
        await page.GotoAsync("/sign-in");
        await LookAsync(page, "sign-in");
        await page.ClickAsync("a[href='/sign-up']");
        await LookAsync(page, "sign-up");
        await page.ClickAsync("#sign-up");
        await page.WaitForURLAsync("**/welcome");
        await page.FillAsync("#name", "Emma");
        await page.PressAsync("#name", "Enter");
        await page.WaitForURLAsync("**/me/recovery?at=welcome");
        city.Log.Lines.ShouldBeEmpty();
        await LookAsync(page, "recovery");
        await page.ClickAsync("main form button");
        await LookAsync(page, "recovery-codes");
        var code = await page.Locator(".recovery-codes code").Nth(4).InnerTextAsync();
        await page.GotoAsync("/me/level");
        await Assertions.Expect(page.Locator("[aria-current=step]")).ToContainTextAsync("自己填寫");

        var other = await Browser.OpenAsync(city, withScripts: false);
        await other.GotoAsync("/sign-in/recovery");
        await other.FillAsync("#recovery-code", code);
        await other.PressAsync("#recovery-code", "Enter");

        await other.WaitForURLAsync("**/me/devices?done=recovered");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QuerySingleAsync<long>(
            "select count(*) from pass.person where name = 'Emma' and id not in (select person from pass.contact)"))
            .ShouldBe(1);
    }

    [Fact]
    public async Task An_offer_that_nobody_takes_leaves_nobody_behind()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        Task<long> PeopleAsync() => connection.QuerySingleAsync<long>("select count(*) from pass.person");
        var before = await PeopleAsync();
        using var visitor = city.Visit();

        using var offered = await visitor.PostAsync("/api/v1/sign-up/passkey/offer", null);

        offered.EnsureSuccessStatusCode();
        (await PeopleAsync()).ShouldBe(before);
    }

    static async Task LookAsync(IPage page, string name)
    {
        await page.ShouldBeAccessibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBe(0, name);
        await page.PictureAsync($"people-{name}-390-zh-TW", fullPage: true);
    }
}
