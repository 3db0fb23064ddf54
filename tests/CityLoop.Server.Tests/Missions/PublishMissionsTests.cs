using CityLoop.Server.City;
using CityLoop.Server.Missions;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Missions;

/// <summary>What a start of the server does with the missions of a changed city pack.</summary>
public sealed class PublishMissionsTests(TestCity city) : IClassFixture<TestCity>, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("cityloop-missions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_mistake_in_a_mission_stops_the_start_with_file_line_and_what_to_write() =>
        (await RefusalAsync("\"spot\": \"wanhe-temple\"", "\"spot\": \"wanhe\"")).ShouldSatisfyAllConditions(
            said => said.ShouldContain("missions/heritage-rally.json, line "),
            said => said.ShouldContain("$.what[3].where.spot: \"wanhe\" is not a spot of this city. Write one of: "));

    [Fact]
    public async Task A_published_version_with_other_content_stops_the_start() =>
        (await RefusalAsync("\"amount\": 100", "\"amount\": 1000")).ShouldContain(
            "version 1 of heritage-rally was published with another content. "
            + "Put its content back, or write \"version\": 2");

    [Fact]
    public async Task A_mission_that_people_take_part_in_keeps_its_budget_even_when_its_file_is_gone()
    {
        CopyPack();
        Directory.Delete(Path.Combine(_folder, "missions"), recursive: true);
        Change("city.json", "\"rally-2026\"", "\"another-2026\"");
        (await Should.ThrowAsync<CityPackException>(StartAsync)).Message.ShouldContain(
            "$.earns[0].points.budget: \"rally-2026\" is not a budget of this city. "
            + "Put it back into the pack: the mission runs until 2026-12-31");
    }

    [Fact]
    public async Task A_new_version_is_published_beside_the_old_one()
    {
        CopyPack();
        Change("missions/heritage-rally.json", "\"version\": 1", "\"version\": 2");
        var catalogue = await StartAsync();
        catalogue.Find("heritage-rally")!.Mission.Version.ShouldBe(2);
        catalogue.FindVersion(CityLoop.Missions.Mission.VersionIdOf("heritage-rally", 1))!.Version.ShouldBe(1);
        catalogue.All.Count.ShouldBe(1);
    }

    async Task<string> RefusalAsync(string right, string mistake)
    {
        CopyPack();
        Change("missions/heritage-rally.json", right, mistake);
        return (await Should.ThrowAsync<CityPackException>(StartAsync)).Message;
    }

    async Task<MissionCatalogue> StartAsync()
    {
        var pack = CityPack.Load(_folder);
        var catalogue = new MissionCatalogue();
        var store = city.Get<MissionStore>();
        await new PublishMissions(
                pack, store, catalogue, new SpotCodes(pack, store), new CityClock(city.Clock, pack))
            .StartAsync(CancellationToken.None);
        return catalogue;
    }

    void CopyPack()
    {
        foreach (var file in Directory.GetFiles(city.Pack.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(city.Pack.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    void Change(string file, string right, string mistake)
    {
        var path = Path.Combine(_folder, file);
        var text = File.ReadAllText(path);
        text.ShouldContain(right);
        File.WriteAllText(path, text.Replace(right, mistake, StringComparison.Ordinal));
    }
}
