using CityLoop.Server.Merchants;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>A till that has to wait because of wrong codes: the clerk may wait, or go back.</summary>
public sealed class TillWaitTests(TestCity city) : IClassFixture<TestCity>
{
    const string OnAmount = "#till[data-step='amount']", Done = "#result:not([hidden])";

    [Fact]
    public async Task Who_goes_back_while_the_till_waits_charges_nothing_and_may_start_anew()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var till = await OpenAsync();
        await TryTooEarlyAsync(till, 50);

        await till.ClickAsync("#cancel");
        await till.WaitForSelectorAsync(OnAmount);
        city.Clock.Advance(WrongCodeLimit.Regain);
        await till.Clock.RunForAsync(5_000);

        await TypeAsync(till, 7);
        await till.WaitForSelectorAsync(Done);
        (await till.TextContentAsync("#paid")).ShouldBe("7");
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 7);
    }

    [Fact]
    public async Task Who_waits_is_served_without_typing_again()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        city.NextCode();
        var takings = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var till = await OpenAsync();
        await TryTooEarlyAsync(till, 9);

        city.Clock.Advance(WrongCodeLimit.Regain);
        await till.Clock.RunForAsync(1_500);

        await till.WaitForSelectorAsync(Done);
        (await city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(takings + 9);
    }

    /// <summary>The clock of the till itself can be moved too.</summary>
    async Task<IPage> OpenAsync()
    {
        var till = await Browser.OpenAsync(city);
        await till.Clock.InstallAsync();
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");
        return till;
    }

    async Task TryTooEarlyAsync(IPage till, long amount)
    {
        city.Clock.Advance(WrongCodeLimit.Regain * (WrongCodeLimit.Burst + 1));
        var shop = await city.ShopAsync(Cast.SunflowerBakery);
        for (var wrong = 0; wrong < WrongCodeLimit.Burst; wrong++)
            city.Get<WrongCodeLimit>().CountWrong(shop.Id);
        await TypeAsync(till, amount);
        await till.WaitForSelectorAsync("#problem:not([hidden])");
        (await till.TextContentAsync("#problem"))!.ShouldContain("請等 6 秒再試");
    }

    async Task TypeAsync(IPage till, long amount)
    {
        foreach (var key in $"{amount}")
            await till.ClickAsync($"#keys button[data-key='{key}']");
        await till.ClickAsync("#scan");
        await till.FillAsync("#code", await city.CodeOfAsync(Cast.LinMeiling));
    }
}
