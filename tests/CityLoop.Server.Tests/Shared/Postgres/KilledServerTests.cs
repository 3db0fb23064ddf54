using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Shared.Postgres;

/// <summary>The real program in its own process, killed and stopped in every way, on one data folder.</summary>
public sealed class KilledServerTests(DataFolder data) : IClassFixture<DataFolder>
{
    static readonly TimeSpan Seconds = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task After_kill_9_of_the_server_no_PostgreSQL_is_left_and_the_next_start_is_clean()
    {
        await using (var city = await ServerProcess.UpAsync(data.FolderPath, "--empty"))
        {
            ServerProcess.ProcessesOn(data.FolderPath).ShouldNotBeEmpty();
            await city.KillAsync();
            await Eventually.BecomesTrueAsync(
                () => ServerProcess.ProcessesOn(data.FolderPath).Count == 0, Seconds, "PostgreSQL is still there");
        }

        await using var again = await ServerProcess.UpAsync(data.FolderPath, "--empty");
        (await ReadyAsync(again)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_city_that_is_told_to_stop_leaves_no_PostgreSQL(string signal)
    {
        await using var city = await ServerProcess.UpAsync(data.FolderPath, "--empty");

        (await city.StopAsync(signal)).ShouldBe(0);

        ServerProcess.ProcessesOn(data.FolderPath).ShouldBeEmpty();
        File.Exists(Path.Combine(data.FolderPath, "cluster", "data", "postmaster.pid")).ShouldBeFalse();
    }

    [Fact]
    public async Task PostgreSQL_comes_back_by_itself_when_it_alone_is_killed()
    {
        await using var city = await ServerProcess.UpAsync(data.FolderPath, "--empty");
        var killed = city.PostmasterPid;

        ServerProcess.Send("KILL", killed);

        await Eventually.BecomesTrueAsync(
            async () => await ReadyAsync(city) && city.PostmasterPid != killed, Seconds, "the city is not ready again");
    }

    [Fact]
    public async Task A_postmaster_that_lost_its_server_and_its_supervisor_is_ended_at_the_next_start()
    {
        int orphan;
        await using (var city = await ServerProcess.UpAsync(data.FolderPath, "--empty"))
        {
            orphan = city.PostmasterPid;
            ServerProcess.Send("KILL", ServerProcess.ProcessesOn(data.FolderPath).Except([orphan, city.Pid]));
            await city.KillAsync();
            ServerProcess.Runs(orphan).ShouldBeTrue();
        }

        await using var again = await ServerProcess.UpAsync(data.FolderPath, "--empty");

        again.PostmasterPid.ShouldNotBe(orphan);
        ServerProcess.Runs(orphan).ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_says_plainly_that_the_city_is_running()
    {
        await using var city = await ServerProcess.UpAsync(data.FolderPath, "--empty");

        var second = await ServerProcess.RunAsync("up", "--port", "0", "--data", data.FolderPath);

        second.ExitCode.ShouldBe(1);
        second.Output.ShouldBeEmpty();
        second.Errors.ShouldStartWith($"The city in {data.FolderPath} is already running (process {city.Pid}).");
        (await ReadyAsync(city)).ShouldBeTrue();
    }

    [Fact]
    public async Task Two_cities_on_one_machine_do_not_collide()
    {
        using var other = new DataFolder();
        await using var here = await ServerProcess.UpAsync(data.FolderPath, "--empty");
        await using var there = await ServerProcess.UpAsync(other.FolderPath, "--empty");

        (await ReadyAsync(here)).ShouldBeTrue();
        (await ReadyAsync(there)).ShouldBeTrue();
        here.PostmasterPid.ShouldNotBe(there.PostmasterPid);
    }

    static async Task<bool> ReadyAsync(ServerProcess city)
    {
        using var visitor = new HttpClient { BaseAddress = city.Address };
        using var answer = await visitor.GetAsync("/health/ready");
        return answer.IsSuccessStatusCode;
    }
}
