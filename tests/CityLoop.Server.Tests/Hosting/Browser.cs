using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>The sizes at which a page is looked at.</summary>
public enum Screen
{
    Phone = 390,
    Tablet = 820,
    Desk = 1440,
}

/// <summary>The one Chromium of a test run; each test opens a window of its own, with its own cookies.</summary>
public static class Browser
{
    /// <summary>A page that takes longer than this on a busy machine with two cores is a defect.</summary>
    const float PatienceMilliseconds = 15_000;

    /// <summary>Chromium without windows, tabs and their pages, which nobody sees here: half the work.</summary>
    const string Shell = "/usr/bin/chromium-headless-shell";

    static readonly Lazy<string> AxeScript = new(() => new BundledAxeScriptProvider().GetScript());

    static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Chromium)>> Started = new(StartAsync);

    /// <summary>Opens a window at a city's address.</summary>
    public static async Task<IPage> OpenAsync(
        TestCity city, Screen screen = Screen.Phone, string language = "zh-TW", bool withScripts = true)
    {
        var (_, chromium) = await Started.Value;
        var window = await chromium.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = city.Address.ToString(),
            Locale = language,
            TimezoneId = "Asia/Taipei",
            JavaScriptEnabled = withScripts,
            ViewportSize = new ViewportSize { Width = (int)screen, Height = screen == Screen.Phone ? 844 : 900 },
            DeviceScaleFactor = screen == Screen.Phone ? 2 : 1,
        });
        city.ClosesWithIt(window);
        window.SetDefaultTimeout(PatienceMilliseconds);
        return await window.NewPageAsync();
    }

    /// <summary>
    /// Nothing on the page keeps anybody out: axe finds no violation of WCAG 2.2 A or AA. It runs in the page itself,
    /// where the package's own way opens another window each time: none of our pages has frames. With high contrast
    /// colours have that of AAA.
    /// </summary>
    public static async Task ShouldBeAccessibleAsync(this IPage page, bool withHighContrast = false)
    {
        // A colour that is fading in is not yet the colour that people read; a clock's hand never comes to rest.
        await page.EvaluateAsync("""
            () => Promise.race([
              Promise.all(document.getAnimations().map(move => move.finished)),
              new Promise(enough => setTimeout(enough, 1000))])
            """);
        if (await page.EvaluateAsync<bool>("!window.axe"))
            await page.EvaluateAsync(AxeScript.Value);
        var found = await page.EvaluateAsync<string[]>("""
            async withHighContrast => (await axe.run(document, {
              resultTypes: ["violations"],
              rules: {
                "label-content-name-mismatch": { enabled: true },
                "color-contrast-enhanced": { enabled: withHighContrast },
              },
              runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            })).violations.map(v => `${v.id}: ${v.help} at ${v.nodes.map(n => n.target).join(", ")}`)
            """, withHighContrast);
        found.ShouldBeEmpty($"axe on {page.Url} in {await page.GetAttributeAsync("html", "lang")}");
    }

    /// <summary>
    /// A picture of the page for a person to look at, in the folder that CITYLOOP_SCREENSHOTS names; without it none,
    /// for nobody looks and a run has hundreds.
    /// </summary>
    public static async Task PictureAsync(this IPage page, string name, bool fullPage = false)
    {
        if (Environment.GetEnvironmentVariable("CITYLOOP_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ShotAsync(new PageScreenshotOptions
            {
                Path = Path.Combine(folder, name + ".png"), FullPage = fullPage,
            });
    }

    /// <summary>What the page looks like now, as PNG.</summary>
    public static async Task<byte[]> ShotAsync(this IPage page, PageScreenshotOptions options)
    {
        options.Animations = ScreenshotAnimations.Disabled;
        for (var attempt = 1; ; attempt++)
            try
            {
                return await page.ScreenshotAsync(options);
            }
            catch (PlaywrightException busy) when (attempt < 3 && busy.Message.Contains("Unable to capture"))
            {
                // On a machine with more work than cores Chromium now and then has no frame ready to give.
            }
    }

    /// <summary>A security key in software, so that a passkey can be made and used without a finger.</summary>
    public static async Task WithPasskeysAsync(this IPage page)
    {
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("WebAuthn.enable");
        await tools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    internal static async Task CloseAsync()
    {
        if (!Started.IsValueCreated)
            return;
        var (playwright, chromium) = await Started.Value;
        await chromium.CloseAsync();
        playwright.Dispose();
    }

    static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        // Nothing in a test talks to the outside; without these Chromium keeps trying to.
        string[] quiet =
        [
            "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ];
        // Chromium's sandbox refuses to work for root, which is who runs the tests in a container.
        string[] asRoot = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [];
        var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = File.Exists(Shell) ? Shell : "/usr/bin/chromium", Args = [.. quiet, .. asRoot],
        });
        return (playwright, chromium);
    }
}
