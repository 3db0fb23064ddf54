using System.Net;
using System.Text.Json.Nodes;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Levels;

/// <summary>Limits that ask how surely the city knows somebody.</summary>
public sealed class AccountLevelsTests : IAsyncLifetime
{
    readonly TestCity _city = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _city.InitializeAsync();
        _city.ChangeCityJson = json => json.Replace("\"scale\": 0,",
            """
            "scale": 0, "limits": [
              { "number": 1, "what": "pay", "per": "person", "period": "day", "max": 30, "upToLevel": 0 },
              { "number": 2, "what": "pay", "per": "person", "period": "day", "max": 70, "upToLevel": 1 }],
            """, StringComparison.Ordinal);
        await _city.RestartAsync();
    }

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task Who_is_known_more_surely_pays_more_and_when_that_ends_no_longer()
    {
        await _city.GiveAsync(Cast.EmmaDubois, 1_000);
        using var phone = await _city.SignInAsync(Cast.EmmaDubois);
        await _city.Get<AccountLevels>().TellAsync(Stop);
        (await PayAsync(phone, 71)).ShouldBeRefused(HttpStatusCode.Conflict, "limit_is_reached", "amount");
        (await PayAsync(phone, 70)).ShouldBeDone();
        (await DownloadedLimitsAsync(phone)).ShouldBe([70]);

        await ChangeAsync("""
            insert into pass.identity_check
              (id, person, document, first_officer, recorded_at, second_officer, approved_at)
            values (@id, @person, 'passport', @first, @now, @second, @now)
            """);
        (await PayAsync(phone, 500)).ShouldBeDone();
        (await DownloadedLimitsAsync(phone)).ShouldBeEmpty();

        await ChangeAsync(
            "update pass.identity_check set withdrawn_by = @second, withdrawn_at = @now where person = @person");
        (await PayAsync(phone, 1)).ShouldBeRefused(HttpStatusCode.Conflict, "limit_is_reached", "amount");
        await ChangeAsync("update pass.contact set verified_at = null where person = @person");
        _city.Clock.Advance(TimeSpan.FromDays(1));
        await _city.Get<DayTurn>().TurnAsync(Stop);
        (await PayAsync(phone, 31)).ShouldBeRefused(HttpStatusCode.Conflict, "limit_is_reached", "amount");
        (await PayAsync(phone, 30)).ShouldBeDone();
    }

    /// <summary>What the download of everything held about a person says of the limits that bind them now.</summary>
    async Task<long[]> DownloadedLimitsAsync(HttpClient person)
    {
        var account = await _city.AccountOfAsync(Cast.EmmaDubois);
        var told = JsonNode.Parse(await person.GetStringAsync("/me/data.json", Stop))!;
        return
        [
            .. told["accounts"]!.AsArray().Single(one => one!["account"]!.GetValue<int>() == account.Value)!["limits"]!
                .AsArray().Where(limit => limit!["upToLevel"] is not null)
                .Select(limit => limit!["max"]!.GetValue<long>()).Order(),
        ];
    }

    [Fact]
    public async Task The_books_are_told_each_change_once_and_a_crash_between_tells_it_again()
    {
        using var phone = await _city.SignInAsync(Cast.EmmaDubois);
        await _city.GiveAsync(Cast.EmmaDubois, 10);
        var account = await _city.AccountOfAsync(Cast.EmmaDubois);
        var levels = _city.Get<AccountLevels>();
        await levels.TellAsync(Stop);
        var told = await _city.Get<CityLedger>().ReadAsync(books => books.Account(account), Stop);
        await using var connection = await _city.Database.OpenConnectionAsync(Stop);
        var level = await connection.ExecuteScalarAsync<int>(
            "select pass.level_of(@Value)", PersonId.OfCast(Cast.EmmaDubois));
        (level, told.Level).ShouldBe((1, 1));

        // As a server leaves it that dies before it has written down what it told.
        await connection.ExecuteAsync(
            "update pass.account set level = 0, level_told = level_asked - 1 where account = @Value", account);
        await levels.TellAsync(Stop);

        (await _city.Get<CityLedger>().ReadAsync(books => books.Account(account), Stop)).ShouldBe(told);
        (await connection.QuerySingleAsync<(int, bool)>(
            "select level, level_told = level_asked from pass.account where account = @Value", account))
            .ShouldBe((level, true));
    }

    [Fact]
    public async Task A_person_reads_beside_each_level_what_it_limits()
    {
        using var phone = await _city.SignInAsync(Cast.EmmaDubois);

        var page = await phone.GetStringAsync("/me/level?language=en", Stop);

        page.ShouldContain("Paying: at most 30 a day (Loop points)");
        page.ShouldContain("Paying: at most 70 a day (Loop points)");
    }

    async Task ChangeAsync(string sql)
    {
        await using var connection = await _city.Database.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(sql, new
        {
            id = Guid.CreateVersion7(_city.Clock.GetUtcNow()), now = _city.Clock.GetUtcNow(),
            person = PersonId.OfCast(Cast.EmmaDubois).Value,
            first = PersonId.OfCast(Cast.WangYating).Value, second = PersonId.OfCast(Cast.ZhangJianguo).Value,
        });
        await _city.Get<AccountLevels>().TellAsync(Stop);
    }

    static Task<Answer> PayAsync(HttpClient phone, long amount) =>
        phone.SendAsync("/api/v1/wallet/payments",
            $$"""{"id":"{{Guid.NewGuid()}}","shop":"sunflower","amount":{{amount}}}""");
}
