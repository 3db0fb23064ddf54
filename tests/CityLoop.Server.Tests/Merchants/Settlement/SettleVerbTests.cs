using System.Text.Json;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Settlement;

/// <summary>The verb as an operator types it: exit codes, files, beside a running city and alone.</summary>
public sealed class SettleVerbTests(DataFolder data) : IClassFixture<DataFolder>
{
    [Fact]
    public async Task It_settles_while_the_city_runs_and_while_it_does_not_and_writes_the_same_bytes()
    {
        var folder = Directory.CreateTempSubdirectory("cityloop-payouts-");
        try
        {
            var until = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-1).ToString("yyyy-MM-dd");
            string[] settle = [
                "settle", "--until", until, "--out", folder.FullName, "--json", "--data", data.FolderPath];

            JsonElement first;
            await using (await ServerProcess.UpAsync(data.FolderPath))
                first = OneObject(await ServerProcess.RunAsync(settle));
            var files = FilesOf(folder);
            var second = OneObject(await ServerProcess.RunAsync(settle));

            FilesOf(folder).ShouldBe(files);
            second.GetProperty("closedNow").GetInt32().ShouldBe(0);
            second.GetProperty("settlements").ToString().ShouldBe(first.GetProperty("settlements").ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(2, "--until is a day of the calendar", "--until", "15.11.2026")]
    [InlineData(2, "--until is a day of the calendar", "--until", "2026-02-30")]
    [InlineData(2, "--until is a day of the calendar", "--until", "")]
    [InlineData(2, "--until", "--json")]
    [InlineData(1, "is in the future", "--until", "2999-12-31")]
    public async Task Misuse_is_told_in_a_sentence(int expected, string says, params string[] arguments)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            ["settle", .. arguments, "--data", data.FolderPath]);

        exitCode.ShouldBe(expected, errors);
        errors.ShouldContain(says);
        errors.ShouldNotContain("   at ");
        output.ShouldBeEmpty();
    }

    static string[] FilesOf(DirectoryInfo folder) =>
        [.. folder.GetFiles().OrderBy(f => f.Name).Select(f => f.Name + "\n" + File.ReadAllText(f.FullName))];

    static JsonElement OneObject((int ExitCode, string Output, string Errors) ended)
    {
        ended.ExitCode.ShouldBe(0, ended.Errors);
        return JsonDocument.Parse(ended.Output).RootElement;
    }
}
