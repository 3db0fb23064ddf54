namespace CityLoop.Server.Shared;

/// <summary>Where the product's own files lie, from whatever folder it was started.</summary>
static class Checkout
{
    /// <summary>
    /// The folder of the repository this program was built in; for a published program, the program's own folder.
    /// </summary>
    public static string Root { get; } = Find() ?? AppContext.BaseDirectory;

    static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "CityLoop.slnx")))
                return folder.FullName;
        return null;
    }
}
