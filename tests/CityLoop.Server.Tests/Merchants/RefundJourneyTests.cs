using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Merchants.Statements;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants.Settlement;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>A customer brings something back when the shop has been paid for it.</summary>
public sealed class RefundJourneyTests : IAsyncLifetime
{
    readonly TestCity _city = new();

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task A_refund_the_day_after_a_settlement_is_taken_off_the_next_payouts()
    {
        await _city.SetRebateBudgetAsync(1_000_000);
        await _city.GiveAsync(Cast.LinMeiling, 1_000);
        var wallet = await _city.BalanceOfAsync(Cast.LinMeiling);
        await SettleAsync();
        var paid = await ChargeAsync(200);
        _city.PassHalfMonth();
        await SettleAsync();
        // Nothing is sold until the next half-month is over.
        _city.PassHalfMonth();

        var till = await Browser.OpenAsync(_city);
        await till.SignInAsync(_city, Cast.HuangZhiming, $"/till/receipts/{paid}");
        await till.FillAsync("#part", "120");
        await till.ClickAsync("#refund-part");
        await till.WaitForSelectorAsync("text=已經結算給店家");
        await LookAsync(till, "refund-too-low");
        await ChargeAsync(150);
        var tab = await till.Context.NewPageAsync();
        await tab.GotoAsync($"/till/receipts/{paid}");
        await till.FillAsync("#part", "120");
        await till.ClickAsync("#refund-part");
        await till.WaitForSelectorAsync("#refunded");
        await LookAsync(till, "refund-part");
        (await till.TextContentAsync("#left")).ShouldBe("還可以退 80 點");
        // A tab that was opened before is the same refund.
        await tab.FillAsync("#part", "120");
        await tab.ClickAsync("#refund-part");
        await tab.WaitForSelectorAsync("#refunded");
        (await _city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(wallet - 80 + 2 - 150 + 4);
        (await _city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(30);

        // The half-month without a sale is below zero: nothing is paid, nobody is charged.
        await SettleAsync();
        await StatementAsync(till, 0);
        await SumsAsync(till, "0", "−120", payout: "0", carriedOut: "−120");
        _city.PassHalfMonth();
        await SettleAsync();
        await StatementAsync(till, 0);
        await SumsAsync(till, "150", "0", payout: "30", carriedIn: "−120");
        await LookAsync(till, "statement");

        // From the refund to its payment, and from there to the half-month that paid it.
        await StatementAsync(till, 1);
        await till.ClickAsync("#rows a");
        await till.ClickAsync("#statement");
        await SumsAsync(till, "200", "0", payout: "200");
        (await till.TextContentAsync("#rebates")).ShouldBe("6");
        (await till.TextContentAsync("#tax")).ShouldBe("10");
        await DownloadIsTheOperatorsFileAsync();
    }

    [Theory]
    [InlineData(Screen.Phone, "zh-TW")]
    [InlineData(Screen.Phone, "ja")]
    [InlineData(Screen.Desk, "en")]
    public async Task A_shop_says_what_its_tax_papers_need_and_finds_it_in_its_statement(Screen screen, string language)
    {
        var till = await Browser.OpenAsync(_city, screen, language);
        await till.SignInAsync(_city, Cast.HuangZhiming, ShowStatement.Page);
        await till.FillAsync("#number", "12345678");
        await till.ClickAsync("#save-tax");
        await till.WaitForURLAsync("**problem=number");
        await till.FillAsync("#number", "１０４５８５７５");
        await till.ClickAsync("#save-tax");
        await till.WaitForURLAsync("**done=tax");
        await LookAsync(till, $"tax-{language}");
        await SettleAsync();
        await _city.GiveAsync(Cast.LinMeiling, 100);
        await ChargeAsync(60);
        _city.PassHalfMonth();
        await SettleAsync();

        await StatementAsync(till, 0);
        await LookAsync(till, $"statement-{language}-{(int)screen}");
        (await till.TextContentAsync("main"))!.ShouldContain("10458575");
        (await till.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo((int)screen);
    }

    static async Task StatementAsync(IPage till, int place)
    {
        await till.GotoAsync(ShowStatement.Page);
        await till.Locator(".list a.where").Nth(place).ClickAsync();
        await till.WaitForSelectorAsync("#rows");
    }

    static async Task SumsAsync(
        IPage till, string paid, string given, string payout, string? carriedIn = null, string? carriedOut = null)
    {
        (await till.TextContentAsync("#paid")).ShouldBe(paid);
        (await till.TextContentAsync("#given")).ShouldBe(given);
        (await till.TextContentAsync("#payout")).ShouldBe(payout);
        foreach (var (place, text) in new[] { ("#carried-in", carriedIn), ("#carried-out", carriedOut) })
            (await till.Locator(place).AllTextContentsAsync()).ShouldBe(text is null ? [] : [text]);
    }

    /// <summary>What the shop downloads is what the operator gets for it, byte by byte.</summary>
    async Task DownloadIsTheOperatorsFileAsync()
    {
        using var shop = await _city.SignInAsync(Cast.HuangZhiming);
        var (files, store) = (_city.Get<PayoutFiles>(), _city.Get<SettlementStore>());
        var windows = (await store.AllAsync(_city.Pack.MainCurrency.Id, default))
            .Where(window => window.ClosedAt is not null).ToList();
        var mine = (await store.OfShopAsync(
            (await _city.ShopAsync(Cast.SunflowerBakery)).Id, _city.Pack.MainCurrency.Id, default)).Count;
        var seen = 0;
        foreach (var window in windows)
        {
            var file = (await files.StatementsAsync((await files.OfAsync([window], default))!, default))
                .FirstOrDefault(one => one.Name == "statement-sunflower.csv");
            if (file is null)
                continue;
            (await shop.GetByteArrayAsync($"{ShowStatement.Page}/{window.Id}/statement.csv")).ShouldBe(file.Bytes);
            file.Bytes.AsSpan()[..3].SequenceEqual("\ufeff"u8).ShouldBeTrue("Excel takes it for another alphabet");
            seen++;
        }

        seen.ShouldBe(mine);
        seen.ShouldBeGreaterThan(2);
        using var stranger = await _city.SignInAsync(Cast.LinMeiling);
        (await stranger.GetAsync($"{ShowStatement.Page}/{windows[^1].Id}/statement.csv")).IsSuccessStatusCode
            .ShouldBeFalse();
    }

    async Task<Guid> ChargeAsync(long amount)
    {
        _city.NextCode();
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        return (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), amount)).ShouldBeDone().Id;
    }

    /// <summary>An officer settles what is over, at the desk.</summary>
    async Task SettleAsync()
    {
        using var officer = await _city.SignInAsync(Cast.WangYating);
        using var settled = await officer.SubmitAsync("/desk/settlements", "id=\"settle\"");
        settled.EnsureSuccessStatusCode();
    }

    static async Task LookAsync(IPage page, string name)
    {
        await page.PictureAsync(name, fullPage: true);
        await page.ShouldBeAccessibleAsync();
    }
}
