using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>
/// A service that is a page of another origin, with the certified client oidc-client-ts, in the real Chromium: what our
/// policies let through and what they stop is the browser's own decision.
/// </summary>
public sealed class ServicePageTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    WebApplication _service = null!;

    Uri ServiceAddress => new(_service.Urls.First());

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Another name for this machine than the city's, so that it is another site for the browser, too.
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _service = builder.Build();
        var program = Guid.Empty;
        IResult File(string path, string type) => Results.File(Path.Combine(NodeClient.Folder, path), type);
        _service.MapGet("/", () => File("page.html", "text/html"));
        _service.MapGet("/callback", () => File("page.html", "text/html"));
        _service.MapGet("/page.js", () => File("page.js", "text/javascript"));
        _service.MapGet("/frame", (string of) => Results.Text($"<iframe src=\"{of}\"></iframe>", "text/html"));
        _service.MapGet("/oidc-client-ts.js", () => File(
            "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js", "text/javascript"));
        _service.MapGet("/settings.json", () => Results.Json(
            new { authority = city.Address.ToString().TrimEnd('/'), clientId = program.ToString() }));
        await _service.StartAsync();
        city.Clock.Set(DateTimeOffset.UtcNow);
        program = (await ServiceProgram.RegisterAsync(city, "page", service => service with
        {
            RedirectUris = [new Uri(ServiceAddress, "/callback").ToString()],
            SignOutUris = [ServiceAddress.ToString()],
        })).Service.Id;
    }

    public async ValueTask DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task A_person_signs_in_renews_and_signs_out_at_a_page_of_another_site()
    {
        var page = await Browser.OpenAsync(city);
        var complaints = new List<string>();
        page.Console += (_, said) =>
        {
            // A browser asks every site for an icon; this one has none.
            if (said.Type is "error" or "warning" && !said.Location.Contains("favicon", StringComparison.Ordinal))
                complaints.Add($"{page.Url}: {said.Text}");
        };
        await page.GotoAsync(ServiceAddress.ToString());
        await page.ClickAsync("#sign-in");
        await page.WaitForURLAsync("**/sign-in?returnUrl=**");
        await EnterCodeAsync(page, city.ContactOf(Cast.LinMeiling));
        await page.WaitForURLAsync("**/sign-on/requests/**");
        await Assertions.Expect(page.Locator("#claims")).ToContainTextAsync("林美玲");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("sign-on-consent", fullPage: true);

        await page.ClickAsync("#agree");

        var result = page.Locator("#result");
        await Assertions.Expect(result).ToContainTextAsync("\"name\":\"林美玲\"");
        await Assertions.Expect(result).ToContainTextAsync(city.ContactOf(Cast.LinMeiling));
        await page.ClickAsync("#renew");
        await Assertions.Expect(result).ToContainTextAsync("\"renewed\":true");
        // What was agreed to is remembered: the pass is asked, no page is shown.
        await page.GotoAsync(ServiceAddress.ToString());
        await page.ClickAsync("#sign-in");
        await Assertions.Expect(result).ToContainTextAsync("\"name\":\"林美玲\"");
        await page.ClickAsync("#sign-out");
        await page.WaitForURLAsync(ServiceAddress.ToString());
        await page.GotoAsync("/me");
        await page.WaitForURLAsync("**/sign-in?returnUrl=**");
        complaints.ShouldBeEmpty();
    }

    /// <summary>In the language with the longest words; axe reads every page in Chinese (EveryPageTests).</summary>
    [Fact]
    public async Task Every_page_about_services_fits_a_phone()
    {
        var officer = await Browser.OpenAsync(city, language: "en");
        await officer.SignInAsync(city, Cast.WangYating, "/desk/services");
        await LookAsync(officer, "desk-services");
        await officer.GotoAsync($"/desk/services/{DemoServices.Library}");
        await LookAsync(officer, "desk-service");
        var meiling = await Browser.OpenAsync(city, language: "en");
        await meiling.SignInAsync(city, Cast.LinMeiling, "/me/services");
        await LookAsync(meiling, "my-services");
        var sportsCentre = await city.Get<ServiceStore>().FindAsync(DemoServices.SportsCentre, default);
        var asking = new ServiceProgram(city, sportsCentre!);
        await meiling.GotoAsync(asking.AuthorizeAddress(("scope", "openid profile phone")));
        await LookAsync(meiling, "consent");
        // No address of its own leads to this one, so nobody else reads it.
        await meiling.GotoAsync("/oidc/authorize?client_id=nobody");
        await LookAsync(meiling, "stopped");
        await meiling.ShouldBeAccessibleAsync();
    }

    [Fact]
    public async Task Agreeing_needs_a_keyboard_alone_and_no_scripts()
    {
        var page = await Browser.OpenAsync(city, language: "en", withScripts: false);
        await page.SignInAsync(city, Cast.EmmaDubois, "/me");
        var service = (await city.Get<ServiceStore>().AllAsync(default)).Values.Single(s => s.Sector == "page.example");
        await page.GotoAsync(new ServiceProgram(city, service).AuthorizeAddress());

        for (var i = 0; i < 10 && await page.EvaluateAsync<string>("document.activeElement.id") != "agree"; i++)
            await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync($"{ServiceAddress}callback?code=*");
    }

    [Fact]
    public async Task The_page_on_which_people_agree_is_not_shown_in_a_frame_of_another_origin()
    {
        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, Cast.HuangZhiming, "/me");
        var service = (await city.Get<ServiceStore>().AllAsync(default)).Values.Single(s => s.Sector == "page.example");
        await page.GotoAsync(new ServiceProgram(city, service).AuthorizeAddress());
        await Assertions.Expect(page.Locator("#agree")).ToBeVisibleAsync();
        var said = new TaskCompletionSource<string>();
        page.Console += (_, line) =>
        {
            if (line.Text.Contains("frame", StringComparison.Ordinal))
                said.TrySetResult(line.Text);
        };

        // The same site on another port: the frame gets the person's cookie, and the policy alone is in its way.
        var frame = new UriBuilder(ServiceAddress)
        {
            Host = city.Address.Host, Path = "/frame", Query = $"of={Uri.EscapeDataString(page.Url)}",
        };
        await page.GotoAsync(frame.Uri.ToString());

        (await said.Task.WaitAsync(TimeSpan.FromSeconds(15))).ShouldContain("frame-ancestors 'none'");
        (await page.FrameLocator("iframe").Locator("#agree").CountAsync()).ShouldBe(0);
    }

    static async Task LookAsync(IPage page, string name)
    {
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBe(0, name);
        await page.PictureAsync($"sign-on-{name}");
    }

    static async Task EnterCodeAsync(IPage page, string contact, TestCity city)
    {
        await page.FillAsync("#contact", contact);
        await page.PressAsync("#contact", "Enter");
        await page.WaitForURLAsync("**/sign-in/code");
        await page.FillAsync("#code", await city.LatestCodeAsync(contact));
        await page.PressAsync("#code", "Enter");
    }

    Task EnterCodeAsync(IPage page, string contact) => EnterCodeAsync(page, contact, city);
}
