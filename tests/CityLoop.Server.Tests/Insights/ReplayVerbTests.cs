using System.Text.Json;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Insights;

public sealed class ReplayVerbTests(DataFolder data) : IClassFixture<DataFolder>
{
    [Fact]
    public async Task The_desk_is_rebuilt_beside_a_running_city_and_alone()
    {
        await using (await ServerProcess.UpAsync(data.FolderPath, "--empty"))
            (await ReplayAsync()).ShouldBeGreaterThan(0);
        (await ReplayAsync()).ShouldBeGreaterThan(0);
    }

    /// <summary>How many entries were replayed; an empty city has those of its currency and budgets.</summary>
    async Task<long> ReplayAsync()
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync("replay", "--json", "--data", data.FolderPath);
        exitCode.ShouldBe(0, errors);
        return JsonDocument.Parse(output).RootElement.GetProperty("entries").GetInt64();
    }
}
