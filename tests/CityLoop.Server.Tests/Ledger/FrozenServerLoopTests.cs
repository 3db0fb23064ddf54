using System.Diagnostics;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>
/// Two servers on one database; the one that writes is stopped in the middle of its work and goes on later, without
/// knowing that it stood still. Nothing that it still tries lands, and nobody is answered from its old books.
/// </summary>
public sealed class FrozenServerLoopTests(TestCity city, ITestOutputHelper output) : IClassFixture<TestCity>
{
    /// <summary>Shorter than the lease, about its length, and longer than it takes to take over.</summary>
    static readonly int[] FreezesMilliseconds = [400, 1_700, 2_600, 3_100, 4_200];

    [Fact]
    public async Task A_server_that_freezes_and_goes_on_posts_nothing_beside_the_one_that_took_over()
    {
        await city.GiveAsync(Cast.LinMeiling, 100_000);
        using var data = new DataFolder();
        await using var other = await ServerProcess.UpAsync(
            data.FolderPath, "--connection", city.Database.ConnectionString);
        var callers = new BusyCallers(() => city.Database.ConnectionString);
        await callers.BeginAsync();
        await using var payers = await BusyPayers.BeginAsync(city, city.Address, other.Address);
        foreach (var freeze in FreezesMilliseconds)
        {
            await OtherBecomesWriterAsync();
            await callers.GoOnAsync(50);
            ServerProcess.Send("STOP", other.Pid);
            await Task.Delay(TimeSpan.FromMilliseconds(freeze + Random.Shared.Next(300)));
            ServerProcess.Send("CONT", other.Pid);
            await callers.GoOnAsync(50);
            await payers.GoOnAsync();
            var writer = city.Get<CityLedger>().IsWriter ? "the other" : "the same";
            output.WriteLine($"After {freeze} ms {writer} writes.");
        }

        await callers.EndAsync();
        await payers.EndAsync();
        await callers.JournalShouldAgreeAsync();
        await payers.JournalShouldAgreeAsync(city);
    }

    [Fact]
    public async Task While_the_writer_is_frozen_the_other_takes_over_and_the_continued_one_follows()
    {
        await city.GiveAsync(Cast.LinMeiling, 10_000);
        using var data = new DataFolder();
        await using var other = await ServerProcess.UpAsync(
            data.FolderPath, "--connection", city.Database.ConnectionString);
        using var person = new HttpClient { BaseAddress = other.Address };
        await person.SignInAsync(city, city.ContactOf(Cast.LinMeiling));
        await OtherBecomesWriterAsync();
        await PayAsync(person, 10);

        ServerProcess.Send("STOP", other.Pid);
        var since = Stopwatch.StartNew();
        // Asked while nobody can answer: this server forwards, then takes over, then decides itself.
        await city.GiveAsync(Cast.LinMeiling, 77);
        output.WriteLine($"Answered {since.Elapsed.TotalSeconds:0.00} s after the writer froze.");
        city.Get<CityLedger>().IsWriter.ShouldBeTrue();
        var before = await city.BalanceOfAsync(Cast.LinMeiling);
        ServerProcess.Send("CONT", other.Pid);

        (await person.AskAsync("/api/v1/wallet")).ShouldBeDone()
            .Body.GetProperty("spendable").GetInt64().ShouldBe(before, "the continued server answers from old books");
        await PayAsync(person, 20);
        city.Get<CityLedger>().IsWriter.ShouldBeTrue();
    }

    static async Task PayAsync(HttpClient person, long amount) =>
        (await person.SendAsync(
            "/api/v1/wallet/payments", $$"""{"id":"{{Guid.NewGuid()}}","shop":"sunflower","amount":{{amount}}}"""))
        .ShouldBeDone();

    /// <summary>A server that starts again may be back before the other one has looked.</summary>
    async Task OtherBecomesWriterAsync()
    {
        for (var tries = 0; city.Get<CityLedger>().IsWriter; tries++)
        {
            tries.ShouldBeLessThan(20, "the other server does not take the seat");
            await city.RestartAsync();
        }
    }
}
