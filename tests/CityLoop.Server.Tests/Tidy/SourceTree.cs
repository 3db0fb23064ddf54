using CityLoop.Server.Shared;

namespace CityLoop.Server.Tests.Tidy;

/// <summary>The files of the repository as a reader sees them: nothing that was built or fetched.</summary>
static class SourceTree
{
    static readonly HashSet<string> NotOurs =
        ["bin", "obj", ".git", ".cityloop", ".vs", ".idea", "node_modules", "TestResults", "lib", "results"];

    public static IReadOnlyList<string> Files { get; } = [.. Below(Checkout.Root).Order(StringComparer.Ordinal)];

    /// <summary>Files in some of the repository's folders, with one of some endings.</summary>
    public static IEnumerable<string> In(string[] folders, params string[] endings) =>
        Files.Where(f => folders.Any(d => f.StartsWith(d + "/", StringComparison.Ordinal))
            && endings.Any(e => f.EndsWith(e, StringComparison.Ordinal)));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Checkout.Root, file));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Checkout.Root, file));

    static IEnumerable<string> Below(string folder)
    {
        // In a second work tree .git is a file, not a folder.
        foreach (var file in Directory.GetFiles(folder).Where(f => !NotOurs.Contains(Path.GetFileName(f))))
            yield return Path.GetRelativePath(Checkout.Root, file);
        foreach (var below in Directory.GetDirectories(folder).Where(d => !NotOurs.Contains(Path.GetFileName(d))))
            foreach (var file in Below(below))
                yield return file;
    }
}
