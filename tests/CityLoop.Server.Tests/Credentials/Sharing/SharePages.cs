using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>The pages on which a person decides, in a browser with a passkey.</summary>
sealed class SharePages(IPage page)
{
    /// <summary>Somebody of the cast signs in on a browser that has a key in software, and arrives at a page.</summary>
    public static async Task<SharePages> ArriveAsync(
        TestCity city, string castId, string at, string language = "zh-TW")
    {
        var page = await Browser.OpenAsync(city, language: language);
        await page.WithPasskeysAsync();
        // The service is somewhere else; the browser comes there all the same.
        await page.RouteAsync("https://service.example/**", there => there.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "text/html", Body = "<title>there</title>",
        }));
        await page.SignInAsync(city, castId, at);
        return new SharePages(page);
    }

    public IPage Page => page;

    /// <summary>Adds a passkey, where the page asks for a first one or offers one here, and comes back.</summary>
    public async Task AddPasskeyAsync()
    {
        if (await page.Locator("#this-device").CountAsync() > 0)
            await page.ClickAsync("#this-device");
        await page.ClickAsync("#add-passkey");
        await Assertions.Expect(page.Locator("#approve")).ToBeVisibleAsync();
    }

    /// <summary>Approves with one tap; answers where the browser comes to stand.</summary>
    public async Task<Uri> ApproveAsync()
    {
        var request = page.Url;
        await page.ClickAsync("#approve");
        await page.WaitForURLAsync(address => address != request);
        return new Uri(page.Url);
    }
}
