using System.Diagnostics;
using System.Globalization;

namespace CityLoop.Server.Ledger;

/// <summary>
/// Names a process so that another one on the same machine can prove that it is gone. Where that cannot be proved
/// (another machine, another container, not Linux) the answer is no, and the seat's silence decides.
/// </summary>
static class ProcessMark
{
    const char Between = ' ';

    /// <summary>The mark of this process; empty where there is none.</summary>
    public static string OfThisProcess { get; } = Read();

    /// <summary>True when the marked process surely does not run any more.</summary>
    public static bool IsGone(string mark)
    {
        var (theirs, ours) = (mark.Split(Between), OfThisProcess.Split(Between));
        // Another start of the kernel or another namespace: the same number means another process there.
        if (theirs.Length != 4 || ours.Length != 4 || theirs[0] != ours[0] || theirs[1] != ours[1])
            return false;
        var pid = int.Parse(theirs[2], CultureInfo.InvariantCulture);
        try
        {
            using var found = Process.GetProcessById(pid);
        }
        catch (ArgumentException)
        {
            return true;
        }

        // The number may have been given to another one since; one that has ended may still be listed.
        return StartOf(pid) is { } start && (start.State is 'Z' or 'X' || start.Ticks != theirs[3]);
    }

    static string Read()
    {
        const string bootFile = "/proc/sys/kernel/random/boot_id", namespaceLink = "/proc/self/ns/pid";
        if (!File.Exists(bootFile) || new FileInfo(namespaceLink).LinkTarget is not { } space)
            return "";
        var pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return StartOf(Environment.ProcessId) is { } start
            ? string.Join(Between, File.ReadAllText(bootFile).Trim(), space, pid, start.Ticks)
            : "";
    }

    /// <summary>State and start of a process, from "4711 (dotnet) S 1 …": they follow the name in brackets.</summary>
    static (char State, string Ticks)? StartOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], fields[19]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
