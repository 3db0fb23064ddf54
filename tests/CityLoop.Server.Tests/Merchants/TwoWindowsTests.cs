using CityLoop.Server.Merchants.ShopCodes;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants.Offline;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>One browser with two windows of the till: each has its own sale, and its own shop.</summary>
public sealed class TwoWindowsTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    const string Charges = "**/api/v1/till/charges";

    IPage _first = null!, _second = null!;

    public async ValueTask InitializeAsync()
    {
        await SecondShop.OpenAsync(city);
        await city.SetRebateBudgetAsync(0);
        _first = await Browser.OpenAsync(city);
        await _first.AskOnlyAsync();
        await IsTillOfAsync(Cast.SunflowerBakery);
        await _first.SignInAsync(city, Cast.HuangZhiming, "/till");
        _second = await _first.Context.NewPageAsync();
        await _second.AskOnlyAsync();
    }

    public async ValueTask DisposeAsync() => await _first.Context.CloseAsync();

    [Fact]
    public async Task Each_goes_on_with_its_own_charge_when_it_is_loaded_anew()
    {
        await _second.GotoAsync("/till");
        var (bakery, books) = await TakingsAsync();
        await CutAsync();
        await ChargeAsync(_first, 8);
        await ChargeAsync(_second, 9);
        await MendAsync();

        await Task.WhenAll(_first.ReloadAsync(), _second.ReloadAsync());

        await IsPaidAsync(_first, "8");
        await IsPaidAsync(_second, "9");
        (await TakingsAsync()).ShouldBe((bakery + 17, books));
    }

    [Fact]
    public async Task Each_charges_for_the_shop_for_which_it_was_opened()
    {
        var (bakery, books) = await TakingsAsync();
        await IsTillOfAsync(SecondShop.Code);
        await _second.GotoAsync("/till");
        await ChargeAsync(_first, 11, isCut: false);
        await IsPaidAsync(_first, "11");
        await _first.ClickAsync("#next");
        await CutAsync();
        await ChargeAsync(_first, 12);
        await MendAsync();

        // The cookie says another shop by now; the charge goes on where it began.
        await _first.ReloadAsync();

        await IsPaidAsync(_first, "12");
        (await _first.TextContentAsync("#shop")).ShouldBe("向日葵烘焙");
        await ChargeAsync(_second, 13, isCut: false);
        await IsPaidAsync(_second, "13");
        (await TakingsAsync()).ShouldBe((bakery + 23, books + 13));
    }

    [Fact]
    public async Task A_code_on_the_screen_is_of_the_windows_own_shop_and_is_seen_in_every_window()
    {
        await IsTillOfAsync(SecondShop.Code);
        await _first.ClickAsync("[data-key='5']");

        await _first.ClickAsync("#ask");

        await _first.WaitForURLAsync("**/till/requests/**");
        var request = Guid.Parse(new Uri(_first.Url).Segments[^1]);
        (await city.Get<PaymentRequests>().FindAsync(request, default))!.Merchant.ShouldBe(
            (await city.ShopAsync(Cast.SunflowerBakery)).Id);
        (await _second.GotoAsync(_first.Url))!.Status.ShouldBe(200);
    }

    Task IsTillOfAsync(string shop) => _first.Context.AddCookiesAsync(
        [new Cookie { Name = "till", Url = city.Address.ToString(), Value = shop }]);

    /// <summary>What is charged arrives; its answer does not.</summary>
    async Task CutAsync() => await _first.Context.RouteAsync(Charges, async route =>
    {
        await route.FetchAsync();
        await route.AbortAsync();
    });

    Task MendAsync() => _first.Context.UnrouteAsync(Charges);

    async Task ChargeAsync(IPage till, long amount, bool isCut = true)
    {
        foreach (var key in $"{amount}")
            await till.ClickAsync($"#keys button[data-key='{key}']");
        await till.ClickAsync("#scan");
        await till.FillAsync("#code", await (await Payer.ComesAsync(city, 100)).CodeAsync());
        if (isCut)
            await till.WaitForSelectorAsync("#line.bad");
    }

    static async Task IsPaidAsync(IPage till, string amount)
    {
        await till.WaitForSelectorAsync("#result:not([hidden])");
        (await till.TextContentAsync("#paid")).ShouldBe(amount);
    }

    async Task<(long Bakery, long Books)> TakingsAsync() =>
        (await city.TakingsOfAsync(Cast.SunflowerBakery), await city.TakingsOfAsync(SecondShop.Code));
}
