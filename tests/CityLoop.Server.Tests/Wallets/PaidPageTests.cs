using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Wallets;

/// <summary>A phone that shows its code goes to the receipt, however early the till was.</summary>
public sealed class PaidPageTests(TestCity city) : IClassFixture<TestCity>
{
    const string Stream = "**/api/v1/wallet/events*";

    [Fact]
    public async Task A_charge_before_the_page_listens_is_told_as_soon_as_it_does()
    {
        var page = await ComeInAsync();
        var asked = new TaskCompletionSource();
        var isCharged = new TaskCompletionSource();
        await page.RouteAsync(Stream, async route =>
        {
            asked.TrySetResult();
            await isCharged.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync("/pay-code");
        await asked.Task;

        await ChargeAsync(page);
        isCharged.SetResult();

        await page.WaitForURLAsync("**/receipts/**");
    }

    [Fact]
    public async Task A_stream_that_is_refused_at_first_is_asked_for_again_and_has_missed_nothing()
    {
        var page = await ComeInAsync();
        var refused = new TaskCompletionSource();
        await page.RouteAsync(Stream, async route =>
        {
            if (refused.TrySetResult())
                await route.FulfillAsync(new RouteFulfillOptions { Status = 503 });
            else
                await route.ContinueAsync();
        });
        await page.GotoAsync("/pay-code");
        await refused.Task;

        await ChargeAsync(page);

        await page.WaitForURLAsync("**/receipts/**");
    }

    async Task<IPage> ComeInAsync()
    {
        await city.GiveAsync(Cast.LinMeiling, 100);
        // A code is good once; each test has its own half minute.
        city.Clock.Advance(TimeSpan.FromMinutes(1));
        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, Cast.LinMeiling, "/me");
        return page;
    }

    async Task ChargeAsync(IPage page)
    {
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await till.ChargeAsync(await page.InnerTextAsync("#digits"), 60)).ShouldBeDone();
    }
}
