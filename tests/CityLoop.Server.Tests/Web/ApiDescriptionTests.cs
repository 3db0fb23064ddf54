using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Web;

public sealed class ApiDescriptionTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task The_committed_description_is_that_of_the_running_API()
    {
        var committed = Path.Combine(Checkout.Root, "docs", "reference", "openapi-v1.json");
        using var client = city.Visit();
        var served = (await client.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("CITYLOOP_RENEW") == "1")
            await File.WriteAllTextAsync(committed, served);

        (await File.ReadAllTextAsync(committed)).ShouldBe(
            served, "the API has changed: renew the file with docs/reference/renew-openapi and read the difference");
    }
}
