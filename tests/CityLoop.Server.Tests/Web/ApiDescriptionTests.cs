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

        var (now, before) = (served.Split('\n'), (await File.ReadAllTextAsync(committed)).Split('\n'));
        var difference = now.Zip(before).TakeWhile(lines => lines.First == lines.Second).Count();
        now.SequenceEqual(before).ShouldBeTrue(
            $"the API differs from line {difference + 1} on: {now.ElementAtOrDefault(difference)?.Trim()}. "
            + "Renew the file with docs/reference/renew-openapi and read the difference");
    }

    [Fact]
    public async Task The_description_is_made_once_however_often_it_is_asked_for()
    {
        using var client = city.Visit();
        await client.GetStringAsync("/openapi/v1.json");

        using var again = await client.GetAsync("/openapi/v1.json?whatever=1");

        again.Headers.Age.ShouldNotBeNull();
        again.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }
}
