namespace CityLoop.Server.Tests;

/// <summary>The real data that lies beside the repository: for tests and benches only, never for the product.</summary>
static class SharedData
{
    /// <summary>The folder of one data set; a test that needs it fails with this sentence when it is absent.</summary>
    public static string Folder(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "CityLoop.slnx")))
            root = root.Parent;
        var folder = Path.GetFullPath(Path.Combine(root?.FullName ?? ".", "..", "shared", "data", name));
        return Directory.Exists(folder)
            ? folder
            : throw new DirectoryNotFoundException(
                $"This test reads real data from {folder}, which is not there: lay shared/ beside the repository.");
    }
}
