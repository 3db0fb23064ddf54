using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Staff;

public sealed class StaffJourneyTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task The_baker_asks_somebody_who_agrees_on_their_phone_and_is_removed_again()
    {
        var till = await Browser.OpenAsync(city);
        await till.SignInAsync(city, Cast.HuangZhiming, "/till");
        await till.ClickAsync("a[href='/till/staff']");
        await till.FillAsync("#contact", city.ContactOf(Cast.EmmaDubois));
        await till.CheckAsync("form:has(#ask) [name='refund']");
        await till.ClickAsync("#ask");
        await till.WaitForSelectorAsync("text=已邀請");
        await till.PictureAsync("staff-asked", fullPage: true);
        await till.ShouldBeAccessibleAsync();
        (await till.EvaluateAsync<int>("document.documentElement.scrollWidth"))
            .ShouldBeLessThanOrEqualTo((int)Screen.Phone);

        var phone = await Browser.OpenAsync(city);
        await phone.SignInAsync(city, Cast.EmmaDubois, "/me/shops");
        await phone.PictureAsync("work-asked", fullPage: true);
        await phone.ShouldBeAccessibleAsync();
        await phone.ClickAsync("form[action$='/accept'] button:not([formaction])");
        await phone.WaitForSelectorAsync("text=你是店員了");
        await phone.PictureAsync("work", fullPage: true);
        await phone.ShouldBeAccessibleAsync();

        await till.ReloadAsync();
        await till.ClickAsync("section:has-text('Emma Dubois') button[formaction$='/remove']");
        await till.WaitForSelectorAsync("text=已移除");
        await till.ShouldBeAccessibleAsync();
        (await phone.GotoAsync("/till"))!.Status.ShouldBe(403);
    }
}
