using System.Diagnostics;

namespace CityLoop.Server.Tests.Operations.Export;

/// <summary>The program Beancount, which is not ours.</summary>
static class Beancount
{
    public static async Task ShouldAcceptAsync(string file)
    {
        var (exitCode, output, errors) = await RunAsync("bean-check", file);
        exitCode.ShouldBe(0, output + errors);
    }

    /// <summary>
    /// What Beancount adds up: our account name, which stands on its own account → amount with commodity; accounts at
    /// zero are left out.
    /// </summary>
    public static async Task<Dictionary<string, string>> BalancesAsync(string file)
    {
        var (exitCode, output, errors) = await RunAsync(
            "bean-query", "-f", "csv", file,
            "select getitem(open_meta(account), 'name'), sum(position) group by 1, account");
        exitCode.ShouldBe(0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.TrimEnd('\r').Split(',').Select(cell => cell.Trim()).ToArray())
            .Where(cells => cells[1].Length > 0)
            .ToDictionary(
                cells => cells[0],
                cells => string.Join(' ', cells[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
