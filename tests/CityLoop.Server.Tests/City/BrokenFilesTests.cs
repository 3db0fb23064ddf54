using System.Text;
using CityLoop.Missions;
using CityLoop.Server.Carbon;
using CityLoop.Server.City;

namespace CityLoop.Server.Tests.City;

/// <summary>Broken files are told by line, or are still good; they never bring the city down.</summary>
public sealed class BrokenFilesTests : IDisposable
{
    const int PerFile = 300;
    readonly string _folder = Directory.CreateTempSubdirectory("cityloop-broken-").FullName;

    public BrokenFilesTests()
    {
        var pack = CityCapability.DefaultFolder;
        foreach (var file in Directory.GetFiles(pack, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(pack, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("city.json")]
    [InlineData("districts.csv")]
    [InlineData("spots.csv")]
    [InlineData("shops.csv")]
    [InlineData("people.csv")]
    [InlineData("partners.csv")]
    [InlineData("factors/rule-sets.csv")]
    [InlineData("factors/rule-set-names.csv")]
    public void A_broken_pack_is_told_by_file_and_line(string file)
    {
        var path = Path.Combine(_folder, file);
        var refused = 0;
        foreach (var broken in BrokenFiles.Of(File.ReadAllText(path), PerFile, seed: 20261121))
        {
            File.WriteAllText(path, broken);
            try
            {
                CityRules.Load(CityPack.Load(_folder));
            }
            catch (CityPackException told)
            {
                refused++;
                told.Problems.ShouldNotBeEmpty();
                told.Problems.ShouldAllBe(
                    p => p.Line >= 1 && p.File.Length > 0 && p.Wrong.Length > 0 && p.WriteInstead.Length > 0);
            }
            catch (Exception other)
            {
                Assert.Fail($"{other.GetType()} instead of a problem with its line: {other}\n\n"
                    + broken[..Math.Min(4_000, broken.Length)]);
            }
        }

        refused.ShouldBeGreaterThan(PerFile / 3);
    }

    [Fact]
    public void A_broken_mission_document_is_told_by_line_and_column()
    {
        var good = File.ReadAllText(Path.Combine(CityCapability.DefaultFolder, "missions", "heritage-rally.json"));
        var refused = 0;
        foreach (var broken in BrokenFiles.Of(good, 1_000, seed: 20261121))
        {
            var reading = MissionDocument.Read(Encoding.UTF8.GetBytes(broken), CityNames.None);
            if (reading.Mission is not null)
                continue;
            refused++;
            reading.Problems.ShouldNotBeEmpty();
            reading.Problems.ShouldAllBe(p => p.Line >= 1 && p.Column >= 1);
        }

        refused.ShouldBeGreaterThan(300);
    }
}
