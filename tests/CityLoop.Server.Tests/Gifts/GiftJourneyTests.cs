using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Gifts;

public sealed class GiftJourneyTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_gift_goes_from_phone_to_phone_by_a_code_and_by_a_contact()
    {
        await city.GiveAsync(Cast.LinMeiling, 500);
        var receiver = await Browser.OpenAsync(city);
        await receiver.SignInAsync(city, Cast.EmmaDubois, "/");
        await receiver.ClickAsync("a[href='/gifts']");
        await LookAsync(receiver, "gifts-none");
        await receiver.ClickAsync("a[href='/gifts/code']");
        await LookAsync(receiver, "gift-code");
        var address = await receiver.TextContentAsync("#gift-address");

        var giver = await Browser.OpenAsync(city);
        await giver.SignInAsync(city, Cast.LinMeiling, "/scan");
        await giver.FillAsync("#text", address!);
        await giver.PressAsync("#text", "Enter");
        await giver.WaitForURLAsync("**/gift/*");
        await LookAsync(giver, "gift-by-code");
        await giver.FillAsync("#amount", "120");
        await giver.FillAsync("#message", "謝謝你幫忙");
        await giver.PressAsync("#message", "Enter");
        (await giver.TextContentAsync("#to-whom")).ShouldBe("轉贈給 Emma D.");
        await LookAsync(giver, "gift-confirm");
        await giver.ClickAsync("#give");
        await giver.WaitForURLAsync("**/gifts?done=given");
        await LookAsync(giver, "gifts-given");

        await giver.GotoAsync("/gift");
        await giver.FillAsync("#to", city.ContactOf(Cast.EmmaDubois));
        await giver.FillAsync("#amount", "30");
        await giver.ClickAsync("button[value='look']");
        await LookAsync(giver, "gift-waits-confirm");
        await giver.ClickAsync("button[value='change']");
        (await giver.InputValueAsync("#to")).ShouldBe(city.ContactOf(Cast.EmmaDubois));
        await giver.ClickAsync("button[value='look']");
        await giver.ClickAsync("#give");
        await giver.WaitForURLAsync("**/gifts?done=waits");
        await LookAsync(giver, "gifts-waiting");

        await receiver.GotoAsync("/gifts");
        await LookAsync(receiver, "gifts-for-me");
        await receiver.ClickAsync("form[action='/gifts/take'] button:not([formaction])");
        await receiver.WaitForURLAsync("**/gifts?done=taken");
        await LookAsync(receiver, "gifts-taken");
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(150);
    }

    static async Task LookAsync(Microsoft.Playwright.IPage page, string name)
    {
        await page.PictureAsync(name, fullPage: true);
        await page.ShouldBeAccessibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"))
            .ShouldBeLessThanOrEqualTo((int)Screen.Phone);
    }
}
