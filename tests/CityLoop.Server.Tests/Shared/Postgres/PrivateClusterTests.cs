using System.Runtime.Versioning;
using CityLoop.Server.Shared;
using CityLoop.Server.Shared.Postgres;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CityLoop.Server.Tests.Shared.Postgres;

[SupportedOSPlatform("linux")]
public sealed class PrivateClusterTests
{
    [Fact]
    public async Task It_writes_safely_and_is_reached_by_nobody_else()
    {
        using var data = new DataFolder();
        var place = ClusterPlace.Of(data.FolderPath);
        await using var cluster = await StartAsync(place);

        (await ShowAsync(place, "fsync")).ShouldBe("on");
        (await ShowAsync(place, "full_page_writes")).ShouldBe("on");
        (await ShowAsync(place, "synchronous_commit")).ShouldBe("on");
        (await ShowAsync(place, "data_checksums")).ShouldBe("on");
        (await ShowAsync(place, "server_encoding")).ShouldBe("UTF8");
        (await ShowAsync(place, "lc_collate")).ShouldBe("C");
        (await ShowAsync(place, "listen_addresses")).ShouldBe("");
        File.GetUnixFileMode(place.Sockets).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task A_folder_too_deep_for_a_socket_keeps_its_socket_elsewhere()
    {
        using var data = new DataFolder(string.Join('/', Enumerable.Repeat("a-rather-long-name-of-a-folder", 4)));
        var place = ClusterPlace.Of(data.FolderPath);
        place.Sockets.ShouldStartWith("/tmp/cityloop-");

        await using (await StartAsync(place))
            (await ShowAsync(place, "unix_socket_directories")).ShouldBe(place.Sockets);

        Directory.Delete(place.Sockets);
    }

    [Fact]
    public async Task A_link_laid_in_the_sockets_place_is_refused()
    {
        using var data = new DataFolder(string.Join('/', Enumerable.Repeat("another-long-name-of-a-folder", 4)));
        var place = ClusterPlace.Of(data.FolderPath);
        File.CreateSymbolicLink(place.Sockets, data.Root);
        try
        {
            var refused = await Should.ThrowAsync<CannotStartException>(() => StartAsync(place));
            refused.Message.ShouldContain($"{place.Sockets} belongs to somebody else");
        }
        finally
        {
            File.Delete(place.Sockets);
        }
    }

    [Fact]
    public async Task A_folder_that_only_root_can_enter_keeps_its_cluster_elsewhere()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root starts PostgreSQL as another user.");
        using var data = new DataFolder();
        File.SetUnixFileMode(data.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var place = ClusterPlace.Of(data.FolderPath);
        place.Home.ShouldStartWith("/var/lib/cityloop/");

        await using (await StartAsync(place))
            (await ShowAsync(place, "fsync")).ShouldBe("on");

        File.ReadAllText(Path.Combine(data.FolderPath, "cluster-lies-elsewhere.txt")).ShouldContain(place.Home);
        Directory.Delete(place.Home, recursive: true);
    }

    [Fact]
    public async Task Files_that_a_crashed_machine_left_do_not_stop_the_start()
    {
        using var data = new DataFolder();
        var place = ClusterPlace.Of(data.FolderPath);
        await using (await StartAsync(place))
            (await ShowAsync(place, "fsync")).ShouldBe("on");
        // The number of a process that lives but is not PostgreSQL, as after a restart of the machine.
        File.WriteAllText(Path.Combine(place.Home, "data", "postmaster.pid"), $"{Environment.ProcessId}\n");
        File.WriteAllText(place.SocketPath + ".lock", $"{Environment.ProcessId}\n");
        File.WriteAllText(place.SocketPath, "");

        await using var again = await StartAsync(place);

        (await ShowAsync(place, "fsync")).ShouldBe("on");
    }

    [Fact]
    public void Data_of_a_version_that_is_not_installed_is_not_touched()
    {
        Should.Throw<CannotStartException>(() => PostgresPrograms.Find(madeBy: 14)).Message.ShouldContain(
            "PostgreSQL 14");
    }

    static Task<PrivateCluster> StartAsync(ClusterPlace place) => PrivateCluster.StartAsync(
        place, TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    static async Task<string?> ShowAsync(ClusterPlace place, string setting)
    {
        var to = PrivateCluster.ConnectionTo(place, "postgres");
        to.Pooling = false;
        await using var connection = new NpgsqlConnection(to.ConnectionString);
        return await connection.ExecuteScalarAsync<string>($"SHOW {setting}");
    }
}
