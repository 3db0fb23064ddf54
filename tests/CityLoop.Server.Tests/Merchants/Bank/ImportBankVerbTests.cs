using System.Text.Json;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Bank;

/// <summary>The verb as an operator types it, with files of real banks.</summary>
public sealed class ImportBankVerbTests(DataFolder data) : IClassFixture<DataFolder>
{
    [Fact]
    public async Task A_bank_s_file_is_counted_once_and_a_dry_run_writes_nothing()
    {
        var file = Sample("ing-example_camt.xml");

        (await ImportAsync(file, "--dry-run")).ShouldBe((9, 0, 9, 0));
        (await ImportAsync(file)).ShouldBe((9, 0, 9, 0));
        (await ImportAsync(file)).ShouldBe((9, 0, 0, 9));
        (await ImportAsync(Sample("cross_river-pain_002_credit_accepted.xml"))).ShouldBe((1, 0, 1, 0));
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_and_nothing_is_imported()
    {
        var broken = Path.Combine(data.FolderPath, "broken.xml");
        await File.WriteAllTextAsync(broken, (await File.ReadAllTextAsync(Sample("ing-example_camt.xml")))
            .Replace(">125.00<", ">125,00<", StringComparison.Ordinal));

        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            "import", "bank", broken, "--json", "--data", data.FolderPath);

        exitCode.ShouldBe(1, errors);
        output.ShouldBeEmpty();
        errors.ShouldContain("Stmt[1]/Ntry[2]/Amt, line ");
        errors.ShouldContain("'125,00' is not an amount");
        errors.ShouldContain("Nothing was imported");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            "import", "bank", "nowhere.xml", "--data", data.FolderPath);

        (exitCode, output).ShouldBe((1, ""), errors);
        errors.ShouldContain("nowhere.xml");
        errors.ShouldNotContain("   at ");
    }

    async Task<(int, int, int, int)> ImportAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            ["import", "bank", .. arguments, "--json", "--data", data.FolderPath]);
        exitCode.ShouldBe(0, errors);
        var counts = JsonDocument.Parse(output).RootElement;
        int Of(string name) => counts.GetProperty(name).GetInt32();
        return (Of("entries"), Of("matched"), Of("unmatched"), Of("alreadyImported"));
    }

    static string Sample(string file) => Path.Combine(SharedData.Folder("iso20022"), "samples", file);
}
