using static System.FormattableString;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>The real program in a process of its own, for tests that kill it.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    readonly Process _process;

    ServerProcess(Process process, string dataFolder, Uri address) =>
        (_process, DataFolder, Address) = (process, dataFolder, address);

    public string DataFolder { get; }

    public Uri Address { get; }

    public int Pid => _process.Id;

    /// <summary>Starts <c>up</c> on a data folder and waits until it serves.</summary>
    public static Task<ServerProcess> UpAsync(string dataFolder, params string[] more) =>
        UpWithAsync([], dataFolder, more);

    /// <summary>The same with settings, each as NAME=VALUE.</summary>
    public static async Task<ServerProcess> UpWithAsync(string[] settings, string dataFolder, params string[] more)
    {
        var process = Launch(settings, ["up", "--port", "0", "--data", dataFolder, "--json", .. more]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var answer = "";
        while (!answer.EndsWith('}'))
            answer += await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(patience.Token));
        // What it logs from here on would fill the pipe in the end and hold it up.
        process.BeginErrorReadLine();
        var address = JsonDocument.Parse(answer).RootElement.GetProperty("address").GetString()!;
        return new ServerProcess(process, dataFolder, new Uri(address));
    }

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Launch([], arguments);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output, await errors);
    }

    /// <summary>The postmaster of the server's private cluster.</summary>
    public int PostmasterPid => int.Parse(
        File.ReadLines(Path.Combine(DataFolder, "cluster", "data", "postmaster.pid")).First(),
        CultureInfo.InvariantCulture);

    /// <summary>Ends it as a power cut would: nothing of its own runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by its name and waits for the end.</summary>
    public async Task<int> StopAsync(string signal)
    {
        Send(signal, Pid);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public static void Send(string signal, params IEnumerable<int> pids)
    {
        using var kill = Process.Start("kill", ["-s", signal, .. pids.Select(p => Invariant($"{p}"))]);
        kill.WaitForExit();
    }

    /// <summary>Every process whose command line names a folder: PostgreSQL and its supervisor.</summary>
    public static IReadOnlyList<int> ProcessesOn(string folder) =>
    [
        .. Directory.GetDirectories("/proc").Select(
            p => (Pid: Path.GetFileName(p), Command: TextOf(Path.Combine(p, "cmdline"))))
            .Where(p => p.Command.Contains(folder + "/cluster", StringComparison.Ordinal))
            .Select(p => int.Parse(p.Pid, CultureInfo.InvariantCulture)),
    ];

    /// <summary>
    /// True while a process does anything; one that has ended may stay listed until its parent has looked.
    /// </summary>
    public static bool Runs(int pid)
    {
        // "4711 (postgres) S 1 …": the state follows the name in brackets.
        var stat = TextOf(Invariant($"/proc/{pid}/stat"));
        return stat.LastIndexOf(')') is > 0 and var end && stat[end + 2] is not ('Z' or 'X');
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await StopAsync("TERM");
        _process.Dispose();
    }

    static Process Launch(string[] settings, string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "CityLoop.Server.dll");
        // A test run in the background of a script inherits ignored interrupts; an operator's terminal does not.
        return Process.Start(new ProcessStartInfo(
            "env", ["--default-signal=INT,TERM", .. settings, "dotnet", program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        })!;
    }

    static string TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
