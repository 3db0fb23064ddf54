using System.Diagnostics;

namespace CityLoop.Server.Tests.Operations.Export;

/// <summary>The program hledger, which is not ours.</summary>
static class Hledger
{
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("hledger", ["-f", file, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LANG"] = "C.UTF-8";
        using var hledger = Process.Start(start)!;
        var (output, errors) = (hledger.StandardOutput.ReadToEndAsync(), hledger.StandardError.ReadToEndAsync());
        await hledger.WaitForExitAsync();
        return (hledger.ExitCode, await output, await errors);
    }

    public static async Task ShouldAcceptAsync(string file)
    {
        var (exitCode, _, errors) = await RunAsync(file, "check", "--strict");
        exitCode.ShouldBe(0, errors);
    }

    /// <summary>
    /// What hledger adds up, checking as it goes: account name → amount with commodity; accounts at zero are left out.
    /// </summary>
    public static async Task<Dictionary<string, string>> BalancesAsync(string file)
    {
        var (exitCode, output, errors) = await RunAsync(file, "balance", "--strict", "--flat", "-N", "-O", "csv");
        exitCode.ShouldBe(0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Trim('"').Split("\",\"")).ToDictionary(cells => cells[0], cells => cells[1]);
    }
}
