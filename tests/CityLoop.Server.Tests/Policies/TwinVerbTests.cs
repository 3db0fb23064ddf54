using System.Text.Json;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Policies;

/// <summary>The verb as an operator types it: one object, the same bytes, exit codes, and no database.</summary>
public sealed class TwinVerbTests
{
    [Fact]
    public async Task The_same_seeds_print_and_write_the_same_bytes_with_the_pack_or_the_ministrys_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            string[] twin = ["twin", "--seeds", "2", "--seed", "7", "--json"];
            var first = await ServerProcess.RunAsync(twin);
            var second = await ServerProcess.RunAsync(
                [.. twin, "--out", file, "--population",
                    Path.Combine(SharedData.Folder("population"), "villages-2021-03.csv")]);

            first.ExitCode.ShouldBe(0, first.Errors);
            second.Output.ShouldBe(first.Output);
            (await File.ReadAllTextAsync(file)).ShouldBe(first.Output);
            JsonDocument.Parse(first.Output).RootElement.GetProperty("report").GetProperty("people").GetInt32()
                .ShouldBe(28_213);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_person_reads_a_table_with_every_month()
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync("twin", "--seeds", "1");

        exitCode.ShouldBe(0, errors);
        output.ShouldContain("28,213 synthetic people for 2,821,322 (1:100)");
        Enumerable.Range(0, 12).ShouldAllBe(
            i => output.Contains($"{new DateOnly(2026, 10, 1).AddMonths(i):yyyy-MM}  "));
    }

    [Theory]
    [InlineData(2, "--seeds is a number from 1 to 200", "--seeds", "0")]
    [InlineData(2, "many", "--seeds", "many")]
    [InlineData(2, "--rebate is a percentage", "--rebate", "101")]
    [InlineData(2, "no mission 'none'", "--mission", "none")]
    [InlineData(2, "--scale", "--scale", "0")]
    [InlineData(1, "cannot be read", "--population", "/no/such/file.csv")]
    [InlineData(1, "cannot be written", "--seeds", "1", "--out", "/no/such/folder/x.json")]
    public async Task Misuse_is_told_in_a_sentence(int expected, string says, params string[] arguments)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(["twin", .. arguments]);

        exitCode.ShouldBe(expected, errors);
        errors.ShouldContain(says);
        errors.ShouldNotContain("   at ");
        output.ShouldBeEmpty();
    }
}
