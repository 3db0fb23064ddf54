using System.Text.RegularExpressions;
using CityLoop.Server.Merchants.Applications;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Applications;

public sealed class ApplyingJourneyTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_shop_applies_on_its_phone_mends_a_field_and_opens_its_till_when_two_officers_agree()
    {
        var phone = await Browser.OpenAsync(city);
        await phone.SignInAsync(city, Cast.LinMeiling, "/shops");
        await phone.ClickAsync("a[href='/shops/apply']");
        await phone.PictureAsync("shop-apply-empty", fullPage: true);
        foreach (var (name, value) in ApplyingShops.Fields("04595258"))
            if (name is "District" or "Category")
                await phone.SelectOptionAsync($"#{name}", value);
            else
                await phone.FillAsync($"[name='{name}']", value);
        await phone.ClickAsync("#send-application");
        await phone.WaitForSelectorAsync("#TaxId[aria-invalid='true']");
        (await phone.InputValueAsync("#AccountHolder")).ShouldBe("美玲茶館有限公司");
        await phone.PictureAsync("shop-apply-wrong", fullPage: true);
        await phone.ShouldBeAccessibleAsync();
        (await phone.EvaluateAsync<int>("document.documentElement.scrollWidth"))
            .ShouldBeLessThanOrEqualTo((int)Screen.Phone);

        await phone.FillAsync("#TaxId", ApplyingShops.TaxIdOfTheTeaHouse);
        await phone.ClickAsync("#send-application");
        await phone.WaitForURLAsync(new Regex("done=sent"));
        await phone.PictureAsync("shop-applied", fullPage: true);
        await phone.ShouldBeAccessibleAsync();
        var application = phone.Url.Split('/')[^1].Split('?')[0];

        var desk = await Browser.OpenAsync(city, Screen.Desk);
        await desk.SignInAsync(city, Cast.WangYating, DecideApplication.Desk);
        await desk.PictureAsync("shop-applications", fullPage: true);
        await desk.ShouldBeAccessibleAsync();
        await desk.ClickAsync("a:has-text('美玲茶館')");
        await desk.PictureAsync("shop-review", fullPage: true);
        await desk.ShouldBeAccessibleAsync();
        await desk.ClickAsync("#agree");
        await desk.WaitForURLAsync(new Regex("done=agreed"));
        var second = await Browser.OpenAsync(city, Screen.Desk);
        await second.SignInAsync(city, Cast.ZhangJianguo, $"{DecideApplication.Desk}/{application}");
        await second.ClickAsync("#agree");
        await second.WaitForURLAsync(new Regex("done=approved"));

        await phone.ReloadAsync();
        await phone.ClickAsync("a[href='/till']");
        (await phone.TextContentAsync("h1")).ShouldBe("美玲茶館");
    }
}
