using System.Text.Json;
using CityLoop.Server.Shared.Postgres;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Proofs;

public sealed class VerifyVerbTests(DataFolder data) : IClassFixture<DataFolder>
{
    [Fact]
    public async Task The_books_are_checked_beside_a_running_city_and_alone_and_a_changed_entry_is_named()
    {
        await using (var city = await ServerProcess.UpAsync(data.FolderPath, "--empty"))
        {
            (await VerifyAsync(expected: 0)).GetProperty("entries").GetInt64().ShouldBeGreaterThan(0);
            await city.StopAsync("TERM");
        }

        var alone = await VerifyAsync(expected: 0);
        alone.GetProperty("seals").GetInt64().ShouldBeGreaterThan(0);
        var key = alone.GetProperty("key").GetString()!;
        key.ShouldStartWith("taichung.example/journal+");

        await using (await ServerProcess.UpAsync(data.FolderPath, "--empty"))
            await TamperAsync();
        var found = (await VerifyAsync(expected: 1)).GetProperty("first");
        (found.GetProperty("code").GetString(), found.GetProperty("first").GetInt64()).ShouldBe(("entry_changed", 2));

    }

    [Fact]
    public async Task A_key_that_is_not_the_citys_and_a_seal_that_is_none_are_refused()
    {
        await using (await ServerProcess.UpAsync(data.FolderPath, "--empty"))
        {
        }

        var (misread, _, said) = await ServerProcess.RunAsync("verify", "--data", data.FolderPath, "--key", "what");
        (misread, said.Contains("not a public key")).ShouldBe((1, true), said);
        var (noFile, _, told) = await ServerProcess.RunAsync("verify", "--data", data.FolderPath, "--seal", "/none");
        (noFile, told.Contains("There is no file")).ShouldBe((1, true), told);
        var other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        var (exitCode, output, _) = await ServerProcess.RunAsync("verify", "--data", data.FolderPath, "--key", other);
        (exitCode, output.Contains("another key")).ShouldBe((1, true), output);
    }

    async Task<JsonElement> VerifyAsync(int expected)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync("verify", "--json", "--data", data.FolderPath);
        exitCode.ShouldBe(expected, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    async Task TamperAsync()
    {
        await using var connection = new NpgsqlConnection(
            PrivateCluster.ConnectionTo(ClusterPlace.Of(data.FolderPath), "city").ConnectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync(
            "set session_replication_role = replica; update ledger.journal set at = at + interval '1 microsecond' "
            + "where sequence = 2");
    }
}
