using System.Runtime.Versioning;
using CityLoop.Server.Shared.Postgres;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>The socket of a server that was killed does not stay behind for ever.</summary>
[SupportedOSPlatform("linux")]
public sealed class RunFolderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a-folder-with-a-name-so-long-that-the-path-of-a-socket-in-it-would-not-fit-into-one-hundred-bytes")]
    public async Task What_a_killed_server_left_is_removed_by_the_next(string below)
    {
        using var data = new DataFolder(below);
        var run = Path.Combine(data.FolderPath, "run");
        string left;
        await using (var city = await ServerProcess.UpAsync(data.FolderPath, "--empty"))
        {
            left = await WriterOfAsync(data);
            await city.KillAsync();
            File.Exists(left).ShouldBeTrue();
            Path.GetDirectoryName(left)!.StartsWith(data.FolderPath, StringComparison.Ordinal).ShouldBe(below == "");
        }

        string now;
        await using (await ServerProcess.UpAsync(data.FolderPath, "--empty"))
        {
            now = await WriterOfAsync(data);
            now.ShouldNotBe(left);
            ShouldBeGone(left, run);
            File.GetUnixFileMode(Path.GetDirectoryName(now)!)
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.GetFiles(run, "*.note").ShouldHaveSingleItem();
        }

        ShouldBeGone(now, run);
        Directory.GetFiles(run).Select(Path.GetFileName).ShouldBe(["turn"]);
    }

    static void ShouldBeGone(string socket, string run)
    {
        File.Exists(socket).ShouldBeFalse();
        if (Path.GetDirectoryName(socket) != run)
            Directory.Exists(Path.GetDirectoryName(socket)).ShouldBeFalse();
    }

    /// <summary>Where the server that runs now takes posts.</summary>
    static async Task<string> WriterOfAsync(DataFolder data)
    {
        var to = PrivateCluster.ConnectionTo(ClusterPlace.Of(data.FolderPath), "city");
        to.Pooling = false;
        await using var database = new NpgsqlConnection(to.ConnectionString);
        return await database.QuerySingleAsync<string>("SELECT address FROM ledger.writer");
    }
}
