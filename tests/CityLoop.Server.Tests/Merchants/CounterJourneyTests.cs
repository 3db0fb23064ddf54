using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CityLoop.Server.Merchants;
using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.Localization;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants;

public sealed class CounterJourneyTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>A page over the wire, style sheets and scripts included, without what it fetches on demand.</summary>
    const int PageBytesMax = 60_000;

    // The page and all it loads, as a first visit gets it over the wire: what the browser had kept counts too.
    const string WeightOfPage = """
        ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
          .reduce((bytes, entry) => bytes + entry.encodedBodySize, 0)
        """;

    [Theory]
    [InlineData("zh-TW", "收款完成", "已退款")]
    [InlineData("en", "Received", "Refunded")]
    public async Task A_resident_shows_the_code_the_bakery_types_it_and_gives_it_back(
        string language, string received, string refunded)
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000, new DateOnly(2027, 3, 31));
        await city.SetRebateBudgetAsync(1_000_000);
        city.NextCode();
        city.NextCode();
        var before = await city.BalanceOfAsync(Cast.LinMeiling);
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var phone = await OpenAsync(language);
        await phone.SignInAsync(city, Cast.LinMeiling, "/pay-code");
        await LookAsync(phone, $"pay-code-{language}");
        var digits = (await phone.TextContentAsync("#digits"))!;
        digits.Replace(" ", "").ShouldBe(await city.CodeOfAsync(Cast.LinMeiling));

        var till = await OpenAsync(language);
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");
        await till.ClickAsync("[data-key='6']");
        await till.ClickAsync("[data-key='0']");
        await LookAsync(till, $"till-amount-{language}");
        await till.ClickAsync("#scan");
        await till.WaitForSelectorAsync("#no-camera:not([hidden])");
        await LookAsync(till, $"till-code-{language}");
        await till.FillAsync("#code", digits);
        await till.WaitForSelectorAsync("#result:not([hidden])");
        (await till.TextContentAsync("#received")).ShouldBe(received);
        (await till.TextContentAsync("#paid")).ShouldBe("60");
        await LookAsync(till, $"till-result-{language}");

        // The phone hears of it by itself.
        await phone.WaitForURLAsync(new Regex("/receipts/"));
        (await phone.TextContentAsync("#paid"))!.ShouldStartWith("60");
        await LookAsync(phone, $"receipt-{language}");
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before - 59);

        await till.GotoAsync("/till/sales");
        await LookAsync(till, $"till-sales-{language}");
        await till.ClickAsync(".sales a");
        await till.ClickAsync("#refund-now");
        await till.WaitForSelectorAsync("#refunded");
        await LookAsync(till, $"sale-refunded-{language}");
        (await till.TextContentAsync("h1")).ShouldBe(refunded);
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before);
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings);
    }

    [Fact]
    public async Task A_person_pays_by_the_printed_code_without_scripts_and_a_double_press_pays_once()
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        var before = await city.BalanceOfAsync(Cast.LinMeiling);
        var phone = await Browser.OpenAsync(city, withScripts: false);
        await phone.SignInAsync(city, Cast.LinMeiling, "/pay/sunflower");
        await phone.FillAsync("#amount", "１２０");
        await phone.ClickAsync(".pay-amount .button");
        await LookAsync(phone, "pay-confirm", axe: false);
        // The same form, pressed twice before the first answer is there.
        using var impatient = await city.SignInAsync(Cast.LinMeiling);
        var address = new Uri(city.Address, "/pay/sunflower?amount=120");
        var confirm = await impatient.GetStringAsync(address);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => impatient.SendFormAsync(address, confirm, "name=\"Pays\"")));
        answers.Select(a => a.RequestMessage!.RequestUri!.AbsolutePath).Distinct().ShouldHaveSingleItem()
            .ShouldStartWith("/receipts/");
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before - 117);

        await phone.ClickAsync("#pay");
        await phone.WaitForURLAsync(new Regex("/receipts/.*paid"));
        (await phone.TextContentAsync("#paid"))!.ShouldStartWith("120");
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before - 234);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_till_reads_the_code_with_its_camera(bool browserReadsCodesItself)
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        city.NextCode();
        city.NextCode();
        var till = await OpenAsync("zh-TW");
        await till.SignInAsync(city, Cast.HuangZhiming, "/me");
        await till.AddInitScriptAsync(CameraOn(await city.CodeOfAsync(Cast.LinMeiling), browserReadsCodesItself));
        await till.GotoAsync("/till");
        await till.ClickAsync("[data-key='7']");
        await till.ClickAsync("#scan");

        await till.WaitForSelectorAsync("#result:not([hidden])");
        (await till.TextContentAsync("#paid")).ShouldBe("7");
    }

    /// <summary>A camera that sees the phone's picture; the reading is done by the page.</summary>
    static string CameraOn(string digits, bool browserReadsCodesItself)
    {
        var picture = QrPicture.Of(digits);
        // Chromium for Linux has no reader of its own, so one that every phone with Android has is put in its place.
        var reader = browserReadsCodesItself
            ? $$"""
            window.BarcodeDetector = class {
              static getSupportedFormats = async () => ["qr_code"];
              detect = async () => [{ rawValue: "{{digits}}" }];
            };
            """
            : "delete window.BarcodeDetector;";
        return $$"""
            {{reader}}
            navigator.mediaDevices.getUserMedia = async () => {
              const canvas = document.createElement("canvas");
              canvas.width = 640; canvas.height = 480;
              const pen = canvas.getContext("2d");
              const draw = () => {
                pen.setTransform(1, 0, 0, 1, 0, 0);
                pen.fillStyle = "#fff"; pen.fillRect(0, 0, 640, 480);
                pen.translate(150, 60); pen.scale(340 / {{picture.Size}}, 340 / {{picture.Size}});
                pen.fillStyle = "#000"; pen.fill(new Path2D("{{picture.Path}}"));
              };
              draw(); setInterval(draw, 50);
              return canvas.captureStream(20);
            };
            """;
    }

    [Fact]
    public async Task A_till_whose_page_is_reloaded_while_it_charges_asks_again_and_charges_once()
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        city.NextCode();
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var till = await Browser.OpenAsync(city);
        await till.AskOnlyAsync();
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");
        // The charge arrives, its answer does not.
        await till.RouteAsync("**/api/v1/till/charges", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await till.ClickAsync("[data-key='8']");
        await till.ClickAsync("#scan");
        await till.FillAsync("#code", await city.CodeOfAsync(Cast.LinMeiling));
        await till.WaitForSelectorAsync("#line.bad");
        await till.UnrouteAllAsync();
        await till.ReloadAsync();

        await till.WaitForSelectorAsync("#result:not([hidden])");
        (await till.TextContentAsync("#paid")).ShouldBe("8");
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 8);
    }

    [Fact]
    public async Task A_till_that_has_to_wait_or_to_sign_in_again_asks_under_the_same_id_and_charges_once()
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        city.NextCode();
        city.NextCode();
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var shop = await city.ShopAsync(Cast.SunflowerBakery);
        var till = await Browser.OpenAsync(city);
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");
        var asked = new ConcurrentQueue<string>();
        till.Request += (_, request) =>
        {
            if (request.Url.EndsWith("/till/charges", StringComparison.Ordinal))
                asked.Enqueue(request.PostData!);
        };
        for (var wrong = 0; wrong < WrongCodeLimit.Burst; wrong++)
            city.Get<WrongCodeLimit>().CountWrong(shop.Id);

        await till.ClickAsync("[data-key='9']");
        await till.ClickAsync("#scan");
        await till.FillAsync("#code", await city.CodeOfAsync(Cast.LinMeiling));
        await till.WaitForSelectorAsync("#problem:not([hidden])");
        await till.Context.ClearCookiesAsync();
        await till.WaitForURLAsync(new Regex("/sign-in"));
        city.Clock.Advance(WrongCodeLimit.Regain);
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");

        await till.WaitForSelectorAsync("#result:not([hidden])");
        (await till.TextContentAsync("#paid")).ShouldBe("9");
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 9);
        asked.Count.ShouldBeGreaterThanOrEqualTo(3);
        asked.Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(Cast.LinMeiling, "/ /history /pay-code /pay/sunflower")]
    [InlineData(Cast.HuangZhiming, "/till /till/sales /till/shop-code")]
    [InlineData(Cast.WangYating, "/desk/settlements")]
    [InlineData(null, "/ /shops")]
    public async Task Every_page_of_the_counter_is_light_fits_every_screen_and_keeps_nobody_out(
        string? who, string addresses)
    {
        await city.GiveAsync(Cast.LinMeiling, 120, new DateOnly(2027, 3, 31));
        var page = await OpenAsync("zh-TW");
        // What a till keeps for a day without network it has unpacked, and no longer weighs as it came.
        await page.AddInitScriptAsync("delete Navigator.prototype.serviceWorker");
        if (who is not null)
            await page.SignInAsync(city, who, "/me");
        foreach (var language in new[] { "zh-TW", "en" })
        foreach (var address in addresses.Split(' '))
        {
            await ChooseAsync(page, language);
            await page.GotoAsync(address);
            await page.WaitForLoadStateAsync(LoadState.Load);
            (await page.EvaluateAsync<int>(WeightOfPage)).ShouldBeInRange(1_000, PageBytesMax, address);
            foreach (var screen in Enum.GetValues<Screen>())
            {
                await page.SetViewportSizeAsync((int)screen, screen == Screen.Phone ? 844 : 900);
                (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(
                    (int)screen, $"{address} scrolls sideways");
                await page.PictureAsync($"counter-{who}{address.Replace('/', '-')}-{language}-{(int)screen}");
            }

            await page.ShouldBeAccessibleAsync();
        }
    }

    /// <summary>A window whose reader has chosen this language, whatever language their letters are in.</summary>
    async Task<IPage> OpenAsync(string language)
    {
        var page = await Browser.OpenAsync(city, Screen.Phone, language);
        await ChooseAsync(page, language);
        return page;
    }

    Task ChooseAsync(IPage page, string language) => page.Context.AddCookiesAsync(
    [
        new Cookie
        {
            Name = LanguageSetup.CookieName, Url = city.Address.ToString(),
            Value = CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)),
        },
    ]);

    static async Task LookAsync(IPage page, string name, bool axe = true)
    {
        await page.PictureAsync(name);
        if (axe)
            await page.ShouldBeAccessibleAsync();
    }
}
