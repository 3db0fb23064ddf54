using System.Net;

namespace CityLoop.Server.Tests.Hosting;

public sealed class TestCityTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_city_serves_its_style_sheet_and_is_ready()
    {
        using var visitor = city.Visit();

        (await visitor.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await visitor.GetAsync("/tokens.css")).Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
    }

    [Fact]
    public async Task A_page_that_is_not_there_says_so_and_keeps_nobody_out()
    {
        var page = await Browser.OpenAsync(city);

        var answer = await page.GotoAsync("/no-such-page");

        answer!.Status.ShouldBe(404);
        await page.ShouldBeAccessibleAsync();
    }
}
