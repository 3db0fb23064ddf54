using System.Text.Json;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Operations.Import;

/// <summary>
/// The verbs as an operator types them: exit codes, what goes where, beside a running city and alone.
/// </summary>
public sealed class ImportVerbTests(DataFolder data) : IClassFixture<DataFolder>
{
    [Fact]
    public async Task Import_and_export_work_while_the_city_runs_and_while_it_does_not()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,5\n10,bob,contributor,x\n");
        string[] import = ["import", "community-points", folder.Path, "--post", "--json", "--data", data.FolderPath];

        await using (await ServerProcess.UpAsync(data.FolderPath, "--empty"))
            OneObject(await ServerProcess.RunAsync(import)).ShouldBe(
                """{"read":2,"posted":1,"held":0,"refused":{"amount_is_not_a_number":1},"alreadyPosted":0}""");
        OneObject(await ServerProcess.RunAsync(import)).ShouldBe(
            """{"read":2,"posted":0,"held":0,"refused":{"amount_is_not_a_number":1},"alreadyPosted":1}""");

        var (exitCode, journal, _) = await ServerProcess.RunAsync("export", "hledger", "--data", data.FolderPath);
        exitCode.ShouldBe(0);
        journal.ShouldContain("budget:community-points-10  -5.00000 CPT");
    }

    [Fact]
    public async Task The_report_lists_every_refused_row()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,-5\n10,bob\n");
        var report = Path.Combine(folder.Path, "report.csv");

        var (exitCode, output, _) = await ServerProcess.RunAsync(
            "import", "community-points", folder.Path, "--dry-run", "--report", report, "--data", data.FolderPath);

        exitCode.ShouldBe(0);
        output.ShouldContain("A dry run: nothing was written.");
        (await File.ReadAllTextAsync(report)).ShouldBe("""
            file,line,column,field,reason
            earned.csv,2,20,points,amount_is_not_positive
            earned.csv,3,7,kind,column_is_missing

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Who_has_a_file_without_a_last_line_break_reads_what_to_do()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,5\n10,bob,contributor,125");
        string[] import = ["import", "community-points", folder.Path, "--dry-run", "--data", data.FolderPath];

        (await ServerProcess.RunAsync(import)).Output.ShouldContain(
            "Add a line break at the end if the file is complete; if not, fetch it again.");

        await File.AppendAllTextAsync(Path.Combine(folder.Path, "earned.csv"), "\n");
        (await ServerProcess.RunAsync(import)).Output.ShouldNotContain("row_is_cut_off");
    }

    [Theory]
    [InlineData(2, "Say either --dry-run or --post", "import", "community-points", "/no/such/folder")]
    [InlineData(2, "Say either --dry-run or --post", "import", "community-points", "/tmp", "--post", "--dry-run")]
    [InlineData(2, "/no/such/folder", "import", "community-points", "/no/such/folder", "--post")]
    [InlineData(2, "rounds.csv cannot be read", "import", "community-points", "/", "--dry-run")]
    [InlineData(2, "Required argument", "import", "community-points", "--post")]
    [InlineData(2, "--out", "export", "hledger", "--json")]
    [InlineData(1, "could not be written", "export", "hledger", "--out", "/no/such/folder/file")]
    public async Task Misuse_is_told_in_a_sentence(int expected, string says, params string[] arguments)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync([.. arguments, "--data", data.FolderPath]);

        exitCode.ShouldBe(expected, errors);
        errors.ShouldContain(says);
        errors.ShouldNotContain("   at ");
        output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_file_under_the_scheme_s_name_is_refused()
    {
        using var folder = new SchemeFolder();
        folder.Write("earned.csv", "id,name\n1,ann\n");

        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            "import", "community-points", folder.Path, "--post", "--json", "--data", data.FolderPath);

        exitCode.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldContain("earned.csv:1: the first line must be round,member,kind,points");
    }

    static string OneObject((int ExitCode, string Output, string Errors) ended)
    {
        ended.ExitCode.ShouldBe(0, ended.Errors);
        return JsonSerializer.Serialize(JsonDocument.Parse(ended.Output).RootElement);
    }
}
