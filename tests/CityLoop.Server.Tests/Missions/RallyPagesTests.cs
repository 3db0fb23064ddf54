using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Missions;

/// <summary>The rally as people see it, in a real browser.</summary>
public sealed class RallyPagesTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData("zh-TW", Cast.LinMeiling, "蓋到了！", "100 點已入帳", "不是這個答案")]
    [InlineData("en", Cast.EmmaDubois, "Stamped!", "100 points are in your wallet", "Not this one")]
    public async Task Three_spots_with_the_keyboard_alone_and_without_scripts_earn_a_hundred_points(
        string language, string who, string stamped, string paid, string wrong)
    {
        var page = await Browser.OpenAsync(city, Screen.Phone, language, withScripts: false);
        await page.SignInAsync(city, who, "/missions");
        await SpeakAsync(page, language);
        await page.PictureAsync($"missions-{language}");
        await page.ClickAsync(".mission-card");
        await page.PictureAsync($"mission-{language}", fullPage: true);

        await page.GotoAsync(AddressOf("old-station"));
        await page.PictureAsync($"spot-question-{language}");
        await ChooseAsync(page, city.RightAnswer("old-station") % 3 + 1);
        (await page.TextContentAsync(".notice"))!.ShouldContain(wrong);
        await page.PictureAsync($"spot-wrong-{language}");
        await page.ClickAsync("a.button >> nth=0");
        await page.PictureAsync($"spot-too-soon-{language}");
        city.Clock.Advance(TimeSpan.FromMinutes(1));

        foreach (var spot in new[] { "old-station", "prefecture-hall", "lake-pavilion" })
        {
            await page.GotoAsync(AddressOf(spot));
            await ChooseAsync(page, city.RightAnswer(spot));
            (await page.TextContentAsync(".stamped-mark"))!.ShouldContain(stamped);
        }

        (await page.TextContentAsync("main"))!.ShouldContain(paid);
        await page.PictureAsync($"spot-paid-{language}");
        // A reload shows the same result and asks for nothing again.
        await page.ReloadAsync();
        (await page.TextContentAsync("main"))!.ShouldContain(paid);
        await page.ClickAsync("a.button");
        await page.PictureAsync($"mission-three-{language}", fullPage: true);
    }

    [Theory]
    [InlineData(Screen.Phone, "zh-TW")]
    [InlineData(Screen.Tablet, "ja")]
    [InlineData(Screen.Desk, "en")]
    public async Task Every_page_of_missions_keeps_nobody_out(Screen screen, string language)
    {
        var page = await Browser.OpenAsync(city, screen, language);
        await page.SignInAsync(city, Cast.WangYating, "/missions");
        await SpeakAsync(page, language);
        string[] addresses =
        [
            "/missions", "/missions/heritage-rally", "/missions/no-such", AddressOf("wanhe-temple"),
            "/spots/0000000000000000", "/desk/missions", "/desk/missions/heritage-rally/spots", "/desk/missions/check",
        ];
        foreach (var address in addresses)
        {
            await page.GotoAsync(address);
            await page.ShouldBeAccessibleAsync();
            (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"))
                .ShouldBeTrue($"{address} is wider than {screen}");
            await page.PictureAsync($"{address[1..].Replace('/', '-')}-{(int)screen}-{language}", fullPage: true);
        }
    }

    [Fact]
    public async Task Who_comes_after_the_six_thousandth_is_told_kindly_and_has_the_draw_entry()
    {
        var pack = city.Pack;
        var budget = await city.Get<CityBudgets>().AccountAsync("rally-2026", CancellationToken.None);
        var ledger = city.Get<CityLedger>();
        var left = await ledger.ReadAsync(books => books.Account(budget).Balance, CancellationToken.None);
        (await ledger.PostAsync(
            new Transfer(
                DerivedId.From("drain"), budget,
                await city.Get<CityBudgets>().IssuingAsync(pack.MainCurrency, CancellationToken.None), left,
                TransferCode.Unfund),
            CancellationToken.None)).Outcome.ShouldBe(PostOutcome.Posted);

        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, Cast.HuangZhiming, "/missions/heritage-rally");
        (await page.TextContentAsync("main"))!.ShouldContain("6,000 個名額都有人了");
        foreach (var spot in new[] { "zhenlan-temple", "zhaixing-villa", "gongbao-mansion" })
        {
            await page.GotoAsync(AddressOf(spot));
            await ChooseAsync(page, city.RightAnswer(spot));
        }

        var told = (await page.TextContentAsync("main"))!;
        told.ShouldContain("6,000 個名額都有人了，這次沒有點數");
        told.ShouldContain("「集章抽獎」抽獎機會 1 次");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("spot-dry");
        await page.GotoAsync("/missions");
        await page.PictureAsync("missions-dry");

        // The budget is filled again for the other tests of this city.
        (await ledger.PostAsync(
            new Transfer(
                DerivedId.From("refill"),
                await city.Get<CityBudgets>().IssuingAsync(pack.MainCurrency, CancellationToken.None), budget, left,
                TransferCode.Fund),
            CancellationToken.None)).Outcome.ShouldBe(PostOutcome.Posted);
    }

    [Fact]
    public async Task An_officer_checks_a_document_and_is_told_line_and_column()
    {
        var rally = await File.ReadAllTextAsync(Path.Combine(city.Pack.Folder, "missions", "heritage-rally.json"));
        var page = await Browser.OpenAsync(city, Screen.Desk);
        await page.SignInAsync(city, Cast.WangYating, "/desk/missions/check");
        await page.FillAsync("#document", rally);
        await page.ClickAsync("form button:has-text('檢查')");
        (await page.TextContentAsync(".notice.good"))!.ShouldContain("沒有問題");

        await page.FillAsync("#document", rally.Replace("\"budget\": \"rally-2026\"", "\"budgit\": \"rally-2026\""));
        await page.ClickAsync("form button:has-text('檢查')");
        var lines = await page.Locator("tbody tr").AllInnerTextsAsync();
        lines.Count.ShouldBe(2);
        lines[0].ShouldContain("少了欄位「budget」");
        lines[1].ShouldContain("budgit");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("check-problems", fullPage: true);
    }

    static async Task SpeakAsync(IPage page, string language)
    {
        await page.ClickAsync($".languages button[value='{language}']");
        await page.Locator($".languages button[value='{language}'][aria-pressed='true']").WaitForAsync();
    }

    string AddressOf(string spot) => $"/spots/{city.CodeOf(spot)}";

    /// <summary>Tab to the choices, arrow to one, Enter: no mouse and no script.</summary>
    static async Task ChooseAsync(IPage page, int choice)
    {
        for (var i = 0; i < 20 && await page.Locator("input[type=radio]:focus").CountAsync() == 0; i++)
            await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Space");
        for (var i = 1; i < choice; i++)
            await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(address => address.Contains("?act=", StringComparison.Ordinal));
    }
}
