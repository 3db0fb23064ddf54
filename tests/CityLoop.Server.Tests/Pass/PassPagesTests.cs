using System.Net;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Profile;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass;

/// <summary>The pass's pages in a browser: for keyboards, without scripts, in dark, at every size.</summary>
public sealed class PassPagesTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>A person's own pages.</summary>
    public static readonly string[] OwnPages =
    [
        "/me", "/me/devices", "/me/contacts", "/me/level", "/me/level/credential", "/me/counter-code", "/me/profile",
        "/me/letters", "/me/recovery", "/me/data", "/me/family", "/me/cards", "/me/services", "/me/data/access",
        "/me/proofs", "/proofs/half-price-pool",
    ];

    /// <summary>The counter, and the desk of who looks after services.</summary>
    public static readonly string[] OfficersPages =
    [
        "/counter", "/counter/cards", "/counter/cards/sheet", "/desk/data", "/desk/needs", "/desk/needs/new",
        "/desk/services",
    ];

    [Theory]
    [InlineData("zh-TW", ColorScheme.Light)]
    [InlineData("en", ColorScheme.Light)]
    [InlineData("ja", ColorScheme.Dark)]
    public async Task No_page_of_the_pass_keeps_anybody_out(string language, ColorScheme scheme)
    {
        var page = await Browser.OpenAsync(city, language: language);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
        async Task LookAsync(string name)
        {
            await page.ShouldBeAccessibleAsync();
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBe(0, name);
            foreach (var screen in Enum.GetValues<Screen>())
            {
                await page.SetViewportSizeAsync((int)screen, screen == Screen.Phone ? 844 : 900);
                await page.PictureAsync($"pass-{name}-{(int)screen}-{language}", fullPage: screen == Screen.Phone);
            }

            await page.SetViewportSizeAsync((int)Screen.Phone, 844);
        }

        var contact = $"look-{language}@example.org";
        await page.WithPasskeysAsync();
        await page.GotoAsync("/sign-in");
        await LookAsync("sign-in");
        await page.FillAsync("#contact", "0000");
        await page.PressAsync("#contact", "Enter");
        await Assertions.Expect(page.Locator("#contact-problem")).Not.ToBeEmptyAsync();
        await LookAsync("sign-in-refused");
        await page.FillAsync("#contact", contact);
        await page.PressAsync("#contact", "Enter");
        await page.WaitForURLAsync("**/sign-in/code");
        await LookAsync("code");
        await page.GotoAsync("/outbox");
        await LookAsync("outbox");
        await page.GotoAsync("/sign-in/code");
        await page.FillAsync("#code", await city.LatestCodeAsync(contact));
        await page.PressAsync("#code", "Enter");
        await page.WaitForURLAsync("**/welcome?**");
        await LookAsync("welcome");
        await page.FillAsync("#name", "Emma");
        await page.PressAsync("#name", "Enter");
        await page.WaitForURLAsync("**/welcome/passkey?**");
        await LookAsync("welcome-passkey");
        await page.GotoAsync("/me/devices");
        await page.ClickAsync("#add-passkey");
        await page.WaitForURLAsync("**/me/devices?done=passkey_added");
        await page.ClickAsync("summary");
        await LookAsync("devices");
        await page.GotoAsync("/me");
        await LookAsync("me");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task With_every_wish_ticked_the_text_is_larger_and_its_contrast_is_that_of_the_highest_grade(
        ColorScheme scheme)
    {
        var page = await Browser.OpenAsync(city);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
        await page.SignInAsync(city, Cast.EmmaDubois, "/me/profile");
        foreach (var wish in Wishes.All)
            await page.SetCheckedAsync($"[name=wish][value={wish}]", true);
        await page.ClickAsync("[action='/me/wishes'] .button");
        await page.WaitForURLAsync("**/me/profile?done=saved");

        foreach (var address in OwnPages.Concat(["/", "/pay-code", "/history", "/missions"]))
        {
            await page.GotoAsync(address);
            (await page.EvaluateAsync<string>("getComputedStyle(document.body).fontSize")).ShouldBe("20px", address);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBe(0, address);
            await page.ShouldBeAccessibleAsync(withHighContrast: true);
            await page.PictureAsync($"wishes-{address.Replace('/', '-')}-{scheme}", fullPage: true);
        }
    }

    [Fact]
    public async Task The_code_road_needs_no_scripts()
    {
        var page = await Browser.OpenAsync(city, withScripts: false);
        await page.GotoAsync("/sign-in");
        await Assertions.Expect(page.Locator("#passkey")).ToBeHiddenAsync();

        await new PassPages(city, page).EnterCodeAsync(city.ContactOf(Cast.LinMeiling));

        await page.WaitForURLAsync("**/me");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("林美玲");
        await page.GotoAsync("/me/profile");
        await page.FillAsync("#name", "阿美");
        await page.ClickAsync("main form .button.small");
        await page.GotoAsync("/me");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("阿美");
    }

    [Fact]
    public async Task A_demo_person_is_one_press_away()
    {
        var page = await Browser.OpenAsync(city, language: "en");
        await page.GotoAsync("/sign-in");

        await page.ClickAsync("text=Wang Yating");

        await page.WaitForURLAsync("**/sign-in/code");
        var outbox = await page.Context.RunAndWaitForPageAsync(() => page.ClickAsync(".notice a"));
        await Assertions.Expect(outbox.Locator(".letter").First).ToContainTextAsync("Your sign-in code");
    }

    [Fact]
    public async Task Everything_that_is_pressed_is_large_enough_for_a_thumb()
    {
        var page = await Browser.OpenAsync(city, language: "en");
        await page.SignInAsync(city, Cast.WangYating, "/me");
        foreach (var address in OwnPages.Concat(OfficersPages))
        {
            await page.GotoAsync(address);
            // A box is pressed by its label; a link in a sentence is as large as the sentence.
            var small = await page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll('a:not(.skip, p > a), button, input:not([type=hidden]), select, summary')]
                  .map(e => [e, (e.closest('label') ?? e).getBoundingClientRect()])
                  .filter(([, r]) => r.width > 0 && (r.height < 44 || r.width < 44))
                  .map(([e, r]) => `${e.outerHTML.slice(0, 80)} ${r.width} x ${r.height}`)
                """);
            small.ShouldBeEmpty(address);
        }
    }

    [Theory]
    [InlineData("", "請填名字")]
    [InlineData("   ", "請填名字")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890", "最多 60 個字")]
    public async Task A_name_that_cannot_be_taken_is_told_beside_its_box(string name, string told)
    {
        using var client = await city.SignInAsync(Cast.ZhangJianguo);

        using var answer = await client.SubmitAsync(
            "/me/profile", "name=\"Language\"", ("Name", name), ("Language", "zh-TW"));

        (await answer.PageAsync(HttpStatusCode.BadRequest)).ShouldContain(told);
    }

    [Fact]
    public async Task A_name_and_a_language_are_kept_and_a_name_is_never_markup()
    {
        using var client = await city.SignInAsync(Cast.LiShufen);

        using var answer = await client.SubmitAsync(
            "/me/profile", "name=\"Language\"", ("Name", "  <b>淑芬</b>   李 "), ("Language", "en"));

        var page = await answer.PageAsync();
        page.ShouldContain("Saved.");
        page.ShouldContain("&lt;b&gt;淑芬&lt;/b&gt; 李");
        page.ShouldNotContain("<b>淑芬</b>");
    }
}
