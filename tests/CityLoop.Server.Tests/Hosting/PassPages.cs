using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>The pass's pages as a person uses them in a browser.</summary>
public sealed class PassPages(TestCity city, IPage page)
{
    /// <summary>A new person comes in with a code, tells a name and makes a passkey of this browser.</summary>
    public async Task SignUpWithPasskeyAsync(string contact, string name, string back = "/me")
    {
        await page.WithPasskeysAsync();
        await EnterCodeAsync(contact, back);
        await page.WaitForURLAsync("**/welcome?**");
        await page.FillAsync("#name", name);
        await page.PressAsync("#name", "Enter");
        await page.WaitForURLAsync("**/welcome/passkey?**");
        await page.ClickAsync("#add-passkey");
        await page.WaitForURLAsync(new Uri(city.Address, back).ToString());
    }

    /// <summary>Somebody with a passkey on this browser signs in with it.</summary>
    public async Task SignInWithPasskeyAsync(string back = "/me")
    {
        await page.GotoAsync($"/sign-in?returnUrl={Uri.EscapeDataString(back)}");
        await page.ClickAsync("#passkey");
        await page.WaitForURLAsync(new Uri(city.Address, back).ToString());
    }

    public async Task SignOutAsync()
    {
        await page.GotoAsync("/me");
        await page.ClickAsync("form[action='/sign-out'] button");
        await page.WaitForURLAsync("**/sign-in?done=signed_out");
    }

    /// <summary>Asks for a code and types it in, by keyboard.</summary>
    public async Task EnterCodeAsync(string contact, string back = "/me")
    {
        await page.GotoAsync($"/sign-in?returnUrl={Uri.EscapeDataString(back)}");
        await page.FillAsync("#contact", contact);
        await page.PressAsync("#contact", "Enter");
        await page.WaitForURLAsync("**/sign-in/code");
        await page.FillAsync("#code", await city.LatestCodeAsync(contact));
        await page.PressAsync("#code", "Enter");
    }
}
