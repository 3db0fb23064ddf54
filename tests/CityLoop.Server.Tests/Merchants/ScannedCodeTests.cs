using System.Text.RegularExpressions;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>The two pictures that people scan at the counter, read from the screen by jsQR.</summary>
public sealed class ScannedCodeTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData(Screen.Phone, ColorScheme.Light)]
    [InlineData(Screen.Phone, ColorScheme.Dark)]
    [InlineData(Screen.Desk, ColorScheme.Dark)]
    public async Task The_till_s_camera_reads_the_code_from_the_phone_s_screen_and_charges_its_wallet(
        Screen screen, ColorScheme scheme)
    {
        await city.GiveAsync(Cast.LinMeiling, 100);
        city.NextCode();
        city.NextCode();
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var phone = await Browser.OpenAsync(city, screen);
        await phone.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
        await phone.SignInAsync(city, Cast.LinMeiling, "/pay-code");
        var drawnByTheServer = await phone.PhotographAsync();
        (await city.ReadQrAsync(drawnByTheServer)).ShouldBe(await city.CodeOfAsync(Cast.LinMeiling));

        // Half a minute later the page draws the next one by itself, in the same place.
        city.NextCode();
        await phone.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        var next = await city.CodeOfAsync(Cast.LinMeiling);
        await phone.WaitForFunctionAsync(
            "(digits) => document.getElementById('digits').textContent.replaceAll(' ', '') === digits", next);
        var drawnByThePage = await phone.PhotographAsync();
        (await city.ReadQrAsync(drawnByThePage)).ShouldBe(next);

        var till = await Browser.OpenAsync(city);
        await till.SignInAsync(city, Cast.HuangZhiming, "/me");
        await till.AddInitScriptAsync(CameraThatSees(drawnByThePage));
        await till.GotoAsync("/till");
        await till.ClickAsync("[data-key='7']");
        await till.ClickAsync("#scan");
        await till.WaitForSelectorAsync("#result:not([hidden])");

        (await till.TextContentAsync("#paid")).ShouldBe("7");
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 7);
        await phone.WaitForURLAsync(new Regex("/receipts/"));
    }

    [Theory]
    [InlineData(Media.Screen)]
    [InlineData(Media.Print)]
    public async Task Who_scans_the_shop_s_sheet_pays_that_shop(Media media)
    {
        await city.GiveAsync(Cast.LinMeiling, 100);
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var counter = await Browser.OpenAsync(city, Screen.Tablet);
        await counter.SignInAsync(city, Cast.HuangZhiming, "/till/shop-code");
        await counter.EmulateMediaAsync(new PageEmulateMediaOptions { Media = media });

        var scanned = await city.ReadQrAsync(await counter.PhotographAsync());

        scanned.ShouldBe(new Uri(city.Address, $"/pay/{Cast.SunflowerBakery}").ToString());
        (await counter.TextContentAsync(".sheet .address")).ShouldBe(scanned, "what is printed beside the picture");
        var phone = await Browser.OpenAsync(city);
        // A phone's camera opens the address as it stands: the person signs in and arrives where the sign pointed.
        await phone.GotoAsync(scanned!);
        await phone.SignInAsync(city, Cast.LinMeiling, BackFrom(phone.Url));
        await phone.FillAsync("#amount", "8");
        await phone.ClickAsync(".pay-amount .button");
        await phone.ClickAsync("#pay");
        await phone.WaitForURLAsync(new Regex("/receipts/.*paid"));
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 8);
    }

    static string BackFrom(string signIn) =>
        Uri.UnescapeDataString(Regex.Match(signIn, "/sign-in[?].*returnUrl=([^&]+)", RegexOptions.IgnoreCase)
            .Groups[1].Value);

    /// <summary>A camera in front of which somebody holds a photograph; the till's page does the reading.</summary>
    public static string CameraThatSees(string photograph) => $$"""
        delete window.BarcodeDetector;
        navigator.mediaDevices.getUserMedia = async () => {
          const seen = new Image();
          seen.src = "{{photograph}}";
          await seen.decode();
          const canvas = document.createElement("canvas");
          const height = Math.min(seen.height, seen.width * 1.2);
          canvas.width = 640; canvas.height = Math.round(640 * height / seen.width);
          const pen = canvas.getContext("2d");
          const draw = () => pen.drawImage(
            seen, 0, 0, seen.width, height, 0, 0, canvas.width, canvas.height);
          draw(); setInterval(draw, 50);
          return canvas.captureStream(20);
        };
        """;
}
