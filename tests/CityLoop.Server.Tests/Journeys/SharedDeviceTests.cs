using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>
/// Two people, two browsers and one that they share: nobody sees the other's data, whatever the browser has kept.
/// </summary>
public sealed class SharedDeviceTests(TestCity city) : IClassFixture<TestCity>
{
    // Nobody of the cast: the demo's door shows their names to everybody.
    const string Name = "只有我看得到";
    const string Contact = "nobody-elses@example.org";
    static readonly string[] Hers = ["/me", "/", "/me/profile", "/me/contacts", "/me/data/access"];

    [Fact]
    public async Task Two_people_in_two_browsers_see_their_own()
    {
        var hers = await Browser.OpenAsync(city);
        var his = await Browser.OpenAsync(city);
        await EnterAsync(hers);
        await his.SignInAsync(city, Cast.HuangZhiming, "/me");
        foreach (var address in Hers)
        {
            await hers.GotoAsync(address);
            await his.GotoAsync(address);
            await ShouldNotShowHerAsync(his, address);
            (await hers.ContentAsync()).ShouldNotContain("黃志明", Case.Sensitive, address);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_a_shared_device_no_page_comes_back_to_the_next_person(bool keepsWholePages)
    {
        await using var device = await Device.StartAsync(city, keepsWholePages);
        var page = await device.OpenAsync();
        await EnterAsync(page);
        foreach (var address in Hers)
            await page.GotoAsync(address);
        await page.GotoAsync("/me");
        (await page.ContentAsync()).ShouldContain(Name);
        await page.ClickAsync("form[action='/sign-out'] button");
        await page.WaitForURLAsync("**/sign-in?done=signed_out");
        await GoThroughHistoryAsync(page, "nobody is signed in");

        await page.SignInAsync(city, Cast.HuangZhiming, "/me");
        await GoThroughHistoryAsync(page, "another is signed in");
        var restored = await device.OpenAsync();
        foreach (var address in Hers)
        {
            await restored.GotoAsync(address);
            await ShouldNotShowHerAsync(restored, address);
        }
    }

    [Fact]
    public async Task An_open_window_leaves_when_she_signs_out_in_another_and_shows_the_next_person_theirs()
    {
        await using var device = await Device.StartAsync(city, keepsWholePages: false);
        var (left, used) = (await device.OpenAsync(), await device.OpenAsync());
        await EnterAsync(used);
        await left.GotoAsync("/me/contacts");
        (await left.ContentAsync()).ShouldContain(Contact);

        await used.ClickAsync("form[action='/sign-out'] button");
        await left.WaitForURLAsync("**/sign-in?returnUrl=**");
        await used.SignInAsync(city, Cast.HuangZhiming, "/me");

        await left.WaitForFunctionAsync("() => document.documentElement.dataset.person !== ''");
        await ShouldNotShowHerAsync(left, "the window that was open");
        await left.GotoAsync("/me/contacts");
        (await left.ContentAsync()).ShouldContain("zhiming@example.org");
    }

    [Fact]
    public async Task Who_signs_in_anew_in_another_window_loses_nothing_that_they_were_typing()
    {
        await using var device = await Device.StartAsync(city, keepsWholePages: false);
        var (typing, other) = (await device.OpenAsync(), await device.OpenAsync());
        await typing.SignInAsync(city, Cast.EmmaDubois, "/me/contacts");
        await typing.FillAsync("#contact", "emma-new@example.org");

        await other.GotoAsync("/shops");
        await other.GotoAsync("/not-there");
        await other.GotoAsync("/me");

        (await typing.InputValueAsync("#contact")).ShouldBe("emma-new@example.org");
    }

    /// <summary>She comes in; the name that she told is hers alone.</summary>
    async Task EnterAsync(IPage page)
    {
        using (var scope = city.Services.CreateScope())
        {
            var people = scope.ServiceProvider.GetRequiredService<PersonStore>();
            var (she, _) = await people.OfContactAsync(
                Server.Pass.Contact.Read(Contact)!, "zh-TW", TestContext.Current.CancellationToken);
            await people.RenameAsync(
                new PersonId(she.Id), Name, "zh-TW", TestContext.Current.CancellationToken);
        }

        await new PassPages(city, page).EnterCodeAsync(Contact);
        await page.WaitForURLAsync("**/me");
    }

    /// <summary>As far back as the browser goes, and forward again.</summary>
    static async Task GoThroughHistoryAsync(IPage page, string when)
    {
        for (var step = 0; step < 6; step++)
        {
            await TryGoAsync(page, -1);
            await ShouldNotShowHerAsync(page, $"{when}, {step + 1} back: {page.Url}");
        }

        for (var step = 0; step < 6; step++)
        {
            await TryGoAsync(page, 1);
            await ShouldNotShowHerAsync(page, $"{when}, forward: {page.Url}");
        }
    }

    // Where there is no further page the browser stays; Playwright's own way waits for what is taken from memory.
    static async Task TryGoAsync(IPage page, int step)
    {
        var tools = await page.Context.NewCDPSessionAsync(page);
        var history = (await tools.SendAsync("Page.getNavigationHistory"))!.Value;
        var to = history.GetProperty("currentIndex").GetInt32() + step;
        if (to >= 0 && to < history.GetProperty("entries").GetArrayLength())
        {
            var arrived = new TaskCompletionSource();
            await tools.SendAsync("Page.enable");
            tools.Event("Page.frameNavigated").OnEvent += (_, _) => arrived.TrySetResult();
            await page.EvaluateAsync($"history.go({step})");
            await arrived.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
            // A page out of memory hides itself, leaves, and is asked for anew.
            await page.WaitForFunctionAsync("() => document.readyState === 'complete' && !document.body.hidden");
        }

        await tools.DetachAsync();
    }

    static async Task ShouldNotShowHerAsync(IPage page, string where)
    {
        var shown = await page.ContentAsync();
        shown.ShouldNotContain(Name, Case.Sensitive, where);
        shown.ShouldNotContain(Contact, Case.Sensitive, where);
    }

    /// <summary>One browser with one set of cookies and several windows.</summary>
    sealed class Device(IPlaywright playwright, IBrowser chromium, IBrowserContext cookies) : IAsyncDisposable
    {
        /// <param name="keepsWholePages">As phones do: the back button takes a page out of memory.</param>
        public static async Task<Device> StartAsync(TestCity city, bool keepsWholePages)
        {
            var playwright = await Playwright.CreateAsync();
            var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = "/usr/bin/chromium",
                Args = Environment.IsPrivilegedProcess ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"],
                IgnoreDefaultArgs = keepsWholePages ? ["--disable-back-forward-cache"] : null,
            });
            var cookies = await chromium.NewContextAsync(new BrowserNewContextOptions
            {
                BaseURL = city.Address.ToString(), Locale = "zh-TW", TimezoneId = "Asia/Taipei",
                ViewportSize = new ViewportSize { Width = 390, Height = 844 },
            });
            cookies.SetDefaultTimeout(15_000);
            return new Device(playwright, chromium, cookies);
        }

        public Task<IPage> OpenAsync() => cookies.NewPageAsync();

        public async ValueTask DisposeAsync()
        {
            await chromium.CloseAsync();
            playwright.Dispose();
        }
    }
}
