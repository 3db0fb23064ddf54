using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>
/// PostgreSQL itself stands still: the process behind the connection that appends, or behind the one that confirms the
/// seat. Whoever comes in between, the journal has one writer.
/// </summary>
public sealed class FrozenConnectionTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_frozen_PostgreSQL_connection_of_the_writer_lets_nobody_write_twice()
    {
        using var data = new DataFolder();
        await using var other = await ServerProcess.UpAsync(
            data.FolderPath, "--connection", city.Database.ConnectionString);
        var callers = new BusyCallers(() => city.Database.ConnectionString);
        await callers.BeginAsync();
        foreach (var name in new[] { "cityloop-writer", "cityloop-seat", "cityloop-writer" })
        {
            await callers.GoOnAsync(50);
            var backend = await BackendAsync(name);
            ServerProcess.Send("STOP", backend);
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(500, 5_000)));
            ServerProcess.Send("CONT", backend);
        }

        await callers.GoOnAsync(50);
        await callers.EndAsync();
        await callers.JournalShouldAgreeAsync();
    }

    async Task<int> BackendAsync(string name)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.QueryFirstAsync<int>(
            "select pid from pg_stat_activity where application_name = @name and datname = current_database()",
            new { name });
    }
}
