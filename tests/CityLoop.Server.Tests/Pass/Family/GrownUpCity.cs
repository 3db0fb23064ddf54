using CityLoop.Server.City;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>
/// A city where guardians act until the age of majority, with a rally for those whose identity is checked beside the
/// one for everybody.
/// </summary>
public sealed class GrownUpCity : IAsyncLifetime
{
    public const string CheckedRally = "checked-rally";

    readonly string _folder = Directory.CreateTempSubdirectory("cityloop-grown-up-").FullName;

    public TestCity City { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var demo = CityCapability.DefaultFolder;
        foreach (var file in Directory.GetFiles(demo, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(demo, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var city = Path.Combine(_folder, "city.json");
        var text = await File.ReadAllTextAsync(city);
        await File.WriteAllTextAsync(city, text.Insert(
            text.IndexOf('{', StringComparison.Ordinal) + 1, "\"family\": { \"actsUntil\": 18, \"majority\": 18 },"));
        var rally = await File.ReadAllTextAsync(Path.Combine(_folder, "missions", "heritage-rally.json"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "missions", $"{CheckedRally}.json"),
            rally.Replace("heritage-rally", CheckedRally, StringComparison.Ordinal)
                .Replace("\"who\": \"everyone\",", "\"who\": \"everyone\", \"level\": 2,", StringComparison.Ordinal));
        City = new TestCity { CityFolder = _folder };
        await City.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await City.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
