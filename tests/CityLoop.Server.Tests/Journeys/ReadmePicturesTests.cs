using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Insights;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>
/// The pictures of the three rooms in README.md. <c>CITYLOOP_README_PICTURES=1 dotnet run --project
/// tests/CityLoop.Server.Tests -- -class '*ReadmePicturesTests'</c> takes them anew; otherwise this looks whether the
/// pages are still there to be taken.
/// </summary>
public sealed class ReadmePicturesTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly bool TakesThem = Environment.GetEnvironmentVariable("CITYLOOP_README_PICTURES") is "1";

    [Fact]
    public async Task The_three_rooms_can_be_shown()
    {
        await city.LiveAsync();

        var citizen = await Browser.OpenAsync(city);
        await citizen.SignInAsync(city, Cast.LinMeiling);
        await citizen.WaitForSelectorAsync("#balance");
        await KeepAsync(citizen, "citizen");

        var till = await Browser.OpenAsync(city);
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");
        foreach (var key in "160")
            await till.ClickAsync($"#keys button[data-key='{key}']");
        await KeepAsync(till, "till");

        var desk = await Browser.OpenAsync(city, Screen.Desk);
        await desk.SignInAsync(city, Cast.WangYating, "/desk");
        await desk.WaitForSelectorAsync("figure[data-drawn]");
        await KeepAsync(desk, "desk");
    }

    static async Task KeepAsync(IPage page, string room)
    {
        var picture = await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide,
        });
        var path = Path.Combine(Checkout.Root, "docs", "images", room + ".png");
        if (TakesThem)
            await File.WriteAllBytesAsync(path, picture, TestContext.Current.CancellationToken);
        File.Exists(path).ShouldBeTrue($"README.md shows {path}");
        picture.Length.ShouldBeGreaterThan(10_000, "an empty page weighs less");
        await page.Context.CloseAsync();
    }
}
