using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass;

/// <summary>The pass for people who use no mouse and no finger, from sign-up to the counter.</summary>
public sealed class KeyboardTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Everything_on_the_pass_s_pages_is_reached_with_the_tab_key_and_shows_that_it_is()
    {
        var page = await Browser.OpenAsync(city, language: "en");
        await page.SignInAsync(city, Cast.WangYating, "/me");
        foreach (var address in PassPagesTests.OwnPages)
        {
            await page.GotoAsync(address);

            var (missed, unseen) = await new Keys(page).WalkAsync();

            missed.ShouldBeEmpty(address);
            unseen.ShouldBeEmpty(address);
        }
    }

    [Fact]
    public async Task Somebody_signs_up_with_a_passkey_names_a_child_and_leaves_word_for_letters()
    {
        var page = await Browser.OpenAsync(city, language: "en");
        await page.WithPasskeysAsync();
        var keys = new Keys(page);
        await page.GotoAsync("/sign-in?returnUrl=%2Fme");
        await keys.PressAsync("No e-mail or mobile number?", "/sign-up");
        await keys.PressAsync("Set up with this device", "/welcome");
        await page.GotoAsync("/me");
        await keys.PressAsync("My family", "/me/family");
        await keys.TypeAsync("The child's name", "Sora");
        await keys.TypeAsync("Date of birth", "05012024");
        await keys.PressAsync("Add", "done=added");
        await Assertions.Expect(page.Locator("h2").First).ToHaveTextAsync("Sora");
        await keys.ToAsync("Act for Sora");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".acting")).ToContainTextAsync("Sora");
        await keys.PressAsync("Back to myself", "/me/family");
        await page.GotoAsync("/me/letters");
        await keys.ToAsync("Save");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/me/letters?done=*");
    }

    [Fact]
    public async Task Two_officers_check_an_identity_at_the_counter()
    {
        using var resident = city.Visit();
        await resident.SignInAsync(city, "keiko@example.org");
        (await resident.LevelAsync()).ShouldBe(1);
        var first = await Browser.OpenAsync(city, Screen.Desk, "en");
        await first.SignInAsync(city, Cast.WangYating, "/counter");
        var second = await Browser.OpenAsync(city, Screen.Desk, "en");
        await second.SignInAsync(city, Cast.ZhangJianguo, "/counter");
        var (one, other) = (new Keys(first), new Keys(second));

        await one.TypeAsync("Counter code", "keiko@example.org");
        await one.ChooseAsync("Why", "Checking");
        await one.PressAsync("Find this person", "/counter/visits/");
        await one.ChooseAsync("Document", "P");
        await one.TypeAsync("Name as on the document", "Keiko Sato");
        await one.PressAsync("Record, and ask another officer", "done=recorded");
        await second.ReloadAsync();
        await other.PressAsync("I have seen it: approve", "done=approved");
        (await resident.LevelAsync()).ShouldBe(2);
    }
}
