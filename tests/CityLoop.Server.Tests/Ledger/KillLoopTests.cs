using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>Power cuts under load, ten in a row: no answer was a lie, and nobody had to help.</summary>
public sealed class KillLoopTests
{
    const int Kills = 10, AnswersBetween = 200;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Ten_times_kill_9_of_the_server_under_load_lose_no_answered_transfer()
    {
        using var data = new DataFolder();
        var callers = new BusyCallers(data.FolderPath);
        var city = await ServerProcess.UpAsync(data.FolderPath, "--empty");
        await callers.BeginAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            await GoesOnAsync(callers);
            await city.KillAsync();
            await city.DisposeAsync();
            city = await ServerProcess.UpAsync(data.FolderPath, "--empty");
            await callers.FindWriterAsync();
        }

        await GoesOnAsync(callers);
        await callers.EndAsync();
        await callers.JournalShouldAgreeAsync();
        await city.DisposeAsync();
    }

    [Fact]
    public async Task Ten_times_kill_9_of_PostgreSQL_under_load_lose_no_answered_transfer()
    {
        using var data = new DataFolder();
        var callers = new BusyCallers(data.FolderPath);
        await using var city = await ServerProcess.UpAsync(data.FolderPath, "--empty");
        await callers.BeginAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            await GoesOnAsync(callers);
            ServerProcess.Send("KILL", city.PostmasterPid);
        }

        await GoesOnAsync(callers);
        await callers.EndAsync();
        await callers.JournalShouldAgreeAsync();
    }

    static async Task GoesOnAsync(BusyCallers callers)
    {
        var before = callers.Answered;
        await Eventually.BecomesTrueAsync(
            () => callers.Answered >= before + AnswersBetween, Patience, "nothing is answered any more");
    }
}
