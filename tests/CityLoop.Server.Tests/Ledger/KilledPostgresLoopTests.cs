using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>PostgreSQL dies ten times under load: no answer was a lie, and nobody had to help.</summary>
public sealed class KilledPostgresLoopTests
{
    const int Kills = 10;

    [Fact]
    public async Task Ten_times_kill_9_of_PostgreSQL_under_load_lose_no_answered_transfer()
    {
        using var data = new DataFolder();
        var callers = new BusyCallers(data.FolderPath);
        await using var city = await ServerProcess.UpAsync(data.FolderPath, "--empty");
        await callers.BeginAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            await callers.GoOnAsync();
            ServerProcess.Send("KILL", city.PostmasterPid);
        }

        await callers.GoOnAsync();
        await callers.EndAsync();
        await callers.JournalShouldAgreeAsync();
    }
}
