using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityLoop.Server.Tests.Merchants.Settlement;

/// <summary>The verb as an operator types it: exit codes, files, beside a running city and alone.</summary>
public sealed class SettleVerbTests(DataFolder data) : IClassFixture<DataFolder>
{
    const int Sold = 60;

    [Fact]
    public async Task It_settles_while_the_city_runs_and_while_it_does_not_and_writes_the_same_bytes()
    {
        // A city of its own: its books begin weeks ago, and no entry may stand before one of today.
        using var weeksAgo = new DataFolder();
        var folder = Directory.CreateTempSubdirectory("cityloop-payouts-");
        try
        {
            var until = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-1).ToString("yyyy-MM-dd");
            string[] settle = [
                "settle", "--until", until, "--out", folder.FullName, "--json", "--data", weeksAgo.FolderPath];

            await SellAsync(weeksAgo, DateTimeOffset.UtcNow.AddDays(-40));
            JsonElement first;
            await using (await ServerProcess.UpAsync(weeksAgo.FolderPath))
                first = OneObject(await ServerProcess.RunAsync(settle));
            first.GetProperty("closedNow").GetInt32().ShouldBeGreaterThan(0);
            var files = FilesOf(folder);
            folder.GetFiles().Select(file => file.Name).ShouldBe(
                ["payout.pain001.xml", "payout.zengin.txt", "payout.csv", $"statement-{Cast.SunflowerBakery}.csv"],
                ignoreOrder: true);
            first.GetProperty("settlements").EnumerateArray().Sum(s => s.GetProperty("amount").GetInt64())
                .ShouldBe(Sold);
            var second = OneObject(await ServerProcess.RunAsync(settle));

            FilesOf(folder).ShouldBe(files);
            second.GetProperty("closedNow").GetInt32().ShouldBe(0);
            second.GetProperty("settlements").ToString().ShouldBe(first.GetProperty("settlements").ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task When_there_is_nothing_to_close_it_is_told_when_there_will_be()
    {
        var yesterday = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-1).ToString("yyyy-MM-dd");

        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            "settle", "--until", yesterday, "--out", Path.Combine(data.FolderPath, "payouts"),
            "--data", data.FolderPath);

        exitCode.ShouldBe(0, errors);
        output.ShouldMatch(@"Nothing new to close\. The present half-month ends on \d{4}-\d\d-(15|28|29|30|31);");
    }

    [Theory]
    [InlineData(2, "--until is a day of the calendar", "--until", "15.11.2026")]
    [InlineData(2, "--until is a day of the calendar", "--until", "2026-02-30")]
    [InlineData(2, "--until is a day of the calendar", "--until", "")]
    [InlineData(2, "--until", "--json")]
    [InlineData(1, "is in the future", "--until", "2999-12-31")]
    public async Task Misuse_is_told_in_a_sentence(int expected, string says, params string[] arguments)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(
            ["settle", .. arguments, "--data", data.FolderPath]);

        exitCode.ShouldBe(expected, errors);
        errors.ShouldContain(says);
        errors.ShouldNotContain("   at ");
        output.ShouldBeEmpty();
    }

    /// <summary>The same city weeks ago: the bakery sells bread, so that there is something to settle.</summary>
    static async Task SellAsync(DataFolder data, DateTimeOffset day)
    {
        var clock = new TestClock();
        clock.Set(day);
        var options = new CityOptions { DataFolder = data.FolderPath, Holder = "test", Demo = true };
        await using var city = await CityHost.StartAsync(options, clock, NullLoggerFactory.Instance, default);
        await DemoSeed.PlantAllAsync(city.Services, default);
        var (ledger, accounts) = (Get<CityLedger>(), Get<CityAccounts>());
        var points = Get<CityPack>().MainCurrency.Id;
        var shop = (await Get<MerchantStore>().OfCodeAsync(Cast.SunflowerBakery, default))!;
        var issuing = await accounts.OpenAsync("issuing:TCP", AccountKind.Issuing, points, default);
        var budget = await accounts.OpenAsync("budget:test", AccountKind.Budget, points, default);
        var person = await Get<PersonAccounts>().OfAsync(PersonId.OfCast(Cast.LinMeiling), points, default);
        foreach (var (from, to, code) in new[]
            {
                (issuing, budget, TransferCode.Fund), (budget, person, TransferCode.Earn),
                (person, shop.Account, TransferCode.Pay),
            })
            (await ledger.PostAsync(new Transfer(Guid.NewGuid(), from, to, Sold, code), default))
                .Outcome.ShouldBe(PostOutcome.Posted);

        T Get<T>() where T : notnull => city.Services.GetRequiredService<T>();
    }

    static string[] FilesOf(DirectoryInfo folder) =>
        [.. folder.GetFiles().OrderBy(f => f.Name).Select(f => f.Name + "\n" + File.ReadAllText(f.FullName))];

    static JsonElement OneObject((int ExitCode, string Output, string Errors) ended)
    {
        ended.ExitCode.ShouldBe(0, ended.Errors);
        return JsonDocument.Parse(ended.Output).RootElement;
    }
}
