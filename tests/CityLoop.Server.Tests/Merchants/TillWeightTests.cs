using System.Net;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>What a till costs an old phone on a slow network, the first time that it is opened.</summary>
public sealed class TillWeightTests(TestCity city) : IClassFixture<TestCity>
{
    const int BytesMax = 60_000;

    // Headers too; once the page is usable, and once it is kept for a day without network, which comes behind it.
    const string Fetched = """
        () => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
          .reduce((bytes, entry) => bytes + entry.transferSize, 0)
        """;

    [Fact]
    public async Task A_till_that_is_opened_for_the_first_time_fetches_less_than_60_kB()
    {
        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, Cast.HuangZhiming, "/me");
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("Network.enable");
        await tools.SendAsync("Network.clearBrowserCache");

        await page.GotoAsync("/till");
        await page.WaitForFunctionAsync(
            "() => performance.getEntriesByName(new URL('/api/v1/till/offline', location)).length > 0");

        (await page.EvaluateAsync<int>(Fetched)).ShouldBeInRange(15_000, BytesMax);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("/tokens.css", "br")]
    [InlineData("/city.js", "br")]
    [InlineData("/sign-in", null)]
    public async Task Files_go_out_packed_and_pages_do_not(string address, string? packing)
    {
        using var browser = city.Visit();
        using var asked = new HttpRequestMessage(HttpMethod.Get, address);
        asked.Headers.AcceptEncoding.ParseAdd("br, gzip");

        using var answer = await browser.SendAsync(asked);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentEncoding.ShouldBe(packing is null ? [] : [packing]);
    }
}
