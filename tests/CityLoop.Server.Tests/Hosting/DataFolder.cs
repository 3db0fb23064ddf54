using System.Diagnostics;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>A data folder of a test's own that another user can enter; gone afterwards.</summary>
public sealed class DataFolder : IDisposable
{
    static int _count;

    public DataFolder()
        : this("")
    {
    }

    internal DataFolder(string below)
    {
        var name = $"cityloop-data-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        Root = Path.Combine(Path.GetTempPath(), name);
        FolderPath = Path.Combine(Root, below);
        Directory.CreateDirectory(FolderPath);
    }

    public string FolderPath { get; }

    internal string Root { get; }

    public void Dispose()
    {
        // PostgreSQL's own folder belongs to another user; only root and that user may remove it.
        using var remove = Process.Start("rm", ["-rf", Root]);
        remove.WaitForExit();
    }
}
