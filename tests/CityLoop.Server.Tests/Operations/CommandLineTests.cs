using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Operations;

/// <summary>What an operator mistypes is told in a sentence, with nothing begun.</summary>
public sealed class CommandLineTests(DataFolder data) : IClassFixture<DataFolder>
{
    [Theory]
    [InlineData(2, "nonsense", "nonsense")]
    [InlineData(2, "--port", "up", "--port", "abc")]
    [InlineData(2, "--port is a number from 0", "up", "--port", "99999")]
    [InlineData(1, "There is no city pack in /no/such/city", "up", "--city", "/no/such/city")]
    [InlineData(1, "The connection string cannot be read", "up", "--connection", "garbage")]
    [InlineData(1, "The database cannot be reached", "up", "--connection", "Host=127.0.0.1;Port=1;Timeout=2")]
    public async Task Misuse_is_told_in_a_sentence(int expected, string says, params string[] arguments)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync([.. arguments, "--data", data.FolderPath]);

        exitCode.ShouldBe(expected, errors);
        errors.ShouldContain(says);
        errors.ShouldNotContain("   at ");
        output.ShouldBeEmpty();
        Directory.Exists(Path.Combine(data.FolderPath, "cluster")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("./cityloop [command] [options]")]
    [InlineData("./cityloop up [options]", "up")]
    [InlineData("./cityloop settle [options]", "settle")]
    [InlineData("./cityloop replay [options]", "replay")]
    [InlineData("./cityloop replace-keys [options]", "replace-keys")]
    [InlineData("./cityloop twin ", "twin")]
    [InlineData("./cityloop import [command] [options]", "import")]
    [InlineData("./cityloop import community-points <DIR> [options]", "import", "community-points")]
    [InlineData("./cityloop export [command] [options]", "export")]
    [InlineData("./cityloop export hledger [options]", "export", "hledger")]
    public async Task Help_shows_what_the_operator_types(string usage, params string[] verb)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync([.. verb, "--help"]);

        exitCode.ShouldBe(0, errors);
        output.ShouldContain("Usage:\n  " + usage);
        output.ShouldContain("--city");
        output.ShouldContain("--help");
        output.ShouldNotContain("CityLoop.Server");
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_named()
    {
        var (exitCode, _, errors) = await ServerProcess.RunAsync("up", "--data", "/dev/null/city");

        exitCode.ShouldBe(1);
        errors.ShouldContain("The city's data cannot lie in /dev/null/city");
        errors.ShouldNotContain("   at ");
    }
}
