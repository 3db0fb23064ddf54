using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>Officers bring in a register in a real browser.</summary>
public sealed class OfficePagesTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task An_officer_checks_a_file_corrects_it_and_another_approves()
    {
        var first = await Browser.OpenAsync(city);
        await first.SignInAsync(city, Cast.WangYating, "/desk/offices/household");
        await first.ShouldBeAccessibleAsync();
        await first.PictureAsync("office", fullPage: true);
        await first.ClickAsync("text=設籍證明");
        const string header = "document,number,valid_until,district,household_size,registered_since\n";
        await ChooseAsync(first, header + "national_id,B220419902,2027-06-30,中區,2,2015-08-03\n");
        await first.ClickAsync("#ask-register");
        await Assertions.Expect(first.Locator("#wrong-lines")).ToContainTextAsync("檢查碼不符");
        await first.ShouldBeAccessibleAsync();
        await first.PictureAsync("office-register", fullPage: true);

        await ChooseAsync(first, header + "national_id,B220419901,2027-06-30,西區,3,2026-10-20\n");
        await first.ClickAsync("#ask-register");
        await Assertions.Expect(first.Locator(".notice")).ToContainTextAsync("等另一位人員核准");
        var second = await Browser.OpenAsync(city);
        await second.SignInAsync(city, Cast.ZhangJianguo, "/desk/offices");
        await second.ShouldBeAccessibleAsync();
        await second.PictureAsync("offices", fullPage: true);
        await second.ClickAsync("button[value=approve]");
        await Assertions.Expect(second.Locator(".notice")).ToContainTextAsync("現在生效");

        var (_, type) = (await city.Get<OfficeStore>().FindTypeAsync("residence", default))!.Value;
        (await city.Get<Registers>().CountAsync(type, default)).ShouldBe(1);
        await second.GotoAsync("/desk/offices/household/types/residence");
        await second.ShouldBeAccessibleAsync();
        await second.GotoAsync("/desk/offices/new");
        await second.ShouldBeAccessibleAsync();
    }

    static Task ChooseAsync(IPage page, string file) => page.SetInputFilesAsync("#file", new FilePayload
    {
        Name = "register.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(file),
    });
}
