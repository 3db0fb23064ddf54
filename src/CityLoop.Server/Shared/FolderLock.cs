using static System.FormattableString;

namespace CityLoop.Server.Shared;

/// <summary>
/// The right to run on a data folder. The kernel takes it back when the process ends, however it ends: .NET opens a
/// file that is not shared with flock(2).
/// </summary>
sealed class FolderLock : IDisposable
{
    readonly FileStream _file;

    FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, noting who holds it; null when another process has it.</summary>
    /// <exception cref="CannotStartException">There can be no such folder.</exception>
    public static FolderLock? TryTake(string folder, string holder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException(
                $"The city's data cannot lie in {folder}: {e.Message} Name another folder with --data.");
        }

        try
        {
            var file = new FileStream(
                Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(NoteIn(folder), Invariant($"{holder} {Environment.ProcessId}\n"));
            return new FolderLock(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Who holds the lock of a folder: what was noted, and the number of its process.</summary>
    public static (string Holder, string Pid) HolderOf(string folder)
    {
        var words = File.Exists(NoteIn(folder)) ? File.ReadAllText(NoteIn(folder)).Trim().Split(' ') : [];
        return words.Length == 2 ? (words[0], words[1]) : ("", "");
    }

    public void Dispose() => _file.Dispose();

    // Beside the lock, not in it: .NET lets nobody read a file that is opened without sharing.
    static string NoteIn(string folder) => Path.Combine(folder, "holder");
}
