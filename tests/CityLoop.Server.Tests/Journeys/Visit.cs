using System.Globalization;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>Somebody's window during a journey; every page that they open is also read by axe.</summary>
sealed class Visit(TestCity city, IPage page, string who, string language)
{
    readonly List<string> _complaints = [];
    int _pages;

    public IPage Page => page;

    public static async Task<Visit> OpenAsync(TestCity city, string who, Screen screen, string language)
    {
        var page = await Browser.OpenAsync(city, screen, language);
        var visit = new Visit(city, page, who, language);
        // What the browser objects to: a broken script, something the content-security policy stopped.
        page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
                visit._complaints.Add($"{page.Url}: {said.Text}");
        };
        page.PageError += (_, error) => visit._complaints.Add($"{page.Url}: {error}");
        return visit;
    }

    /// <summary>
    /// Comes in with a code, makes a passkey on this device, leaves, and comes back with the passkey.
    /// </summary>
    public async Task SignInWithPasskeyAsync()
    {
        await page.WithPasskeysAsync();
        await page.SignInAsync(city, who, "/me");
        await ChooseLanguageAsync();
        await page.GotoAsync("/me/devices");
        await page.ClickAsync("#add-passkey");
        await page.WaitForURLAsync("**/me/devices?done=passkey_added");
        await LookAsync();
        await page.GotoAsync("/me");
        await page.ClickAsync("form[action='/sign-out'] button");
        await page.GotoAsync("/sign-in?returnUrl=%2F");
        await LookAsync();
        await page.ClickAsync("#passkey");
        await page.WaitForURLAsync(address => new Uri(address).AbsolutePath == "/");
        await LookAsync();
    }

    public async Task SignInWithCodeAsync(string back)
    {
        await page.SignInAsync(city, who, back);
        await ChooseLanguageAsync();
        await LookAsync();
    }

    public async Task GoAsync(string address)
    {
        await page.GotoAsync(address);
        await LookAsync();
    }

    /// <summary>The page at hand keeps nobody out, speaks one language, and nothing on it was refused.</summary>
    public async Task LookAsync()
    {
        // A chart counts once it stands; its table is in the page before.
        await page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('figure[data-chart]')].every(f => f.dataset.drawn)");
        await page.ShouldBeAccessibleAsync();
        var spoken = await page.Locator("html").GetAttributeAsync("lang");
        spoken.ShouldBe(language == "zh-TW" ? "zh-Hant-TW" : language, page.Url);
        _complaints.ShouldBeEmpty();
        await page.PictureAsync(string.Create(CultureInfo.InvariantCulture, $"journey-{language}-{who}-{++_pages:00}"));
    }

    public async Task<string> TextAsync(string selector) =>
        (await page.Locator(selector).First.InnerTextAsync()).Trim();

    public async Task CloseAsync() => await page.Context.CloseAsync();

    /// <summary>The window speaks the reader's language, whatever the device or the profile says.</summary>
    async Task ChooseLanguageAsync()
    {
        await page.ClickAsync($".languages button[value='{language}']");
        await page.WaitForLoadStateAsync();
    }
}
