using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>The power goes ten times under load: no answer was a lie.</summary>
public sealed class KilledServerLoopTests
{
    const int Kills = 10;

    [Fact]
    public async Task Ten_times_kill_9_of_the_server_under_load_lose_no_answered_transfer()
    {
        using var data = new DataFolder();
        var callers = new BusyCallers(data.FolderPath);
        var city = await ServerProcess.UpAsync(data.FolderPath, "--empty");
        await callers.BeginAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            await callers.GoOnAsync();
            await city.KillAsync();
            await city.DisposeAsync();
            city = await ServerProcess.UpAsync(data.FolderPath, "--empty");
            await callers.FindWriterAsync();
        }

        await callers.GoOnAsync();
        await callers.EndAsync();
        await callers.JournalShouldAgreeAsync();
        await city.DisposeAsync();
    }
}
