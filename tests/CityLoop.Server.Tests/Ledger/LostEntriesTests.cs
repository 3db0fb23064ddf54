using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.Logging;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>A journal that has lost its end is not written to: the hole would never close.</summary>
public sealed class LostEntriesTests : IAsyncLifetime
{
    static readonly CancellationToken None = CancellationToken.None;
    readonly TestCity _city = new();

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Theory]
    [InlineData("delete from ledger.journal where sequence > @last - 3")]
    [InlineData("update ledger.journal set at = at + interval '1 microsecond' where sequence = @last")]
    public async Task Kept_books_that_know_what_the_journal_has_lost_are_not_gone_on_with(string sql)
    {
        await PostAsync(_city.Get<CityLedger>(), 10);
        // The end keeps the books and seals them; then the machine's disk loses the last rows, and the seals.
        await _city.Get<CityLedger>().StopAsync(None);
        var before = await DoAsync(sql);

        using var next = Server();
        await Should.ThrowAsync<CannotStartException>(() => next.StartAsync(None));

        (await LastAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_follower_does_not_take_over_a_journal_that_is_not_the_one_it_followed()
    {
        await PostAsync(_city.Get<CityLedger>(), 10);
        using var follower = Server();
        await follower.StartAsync(None);
        await follower.ReadAsync(books => books.Sequence, None);
        var before = await DoAsync("delete from ledger.journal where sequence > @last - 3");

        await _city.Get<CityLedger>().StopAsync(None);

        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(_city.Log.Lines.Any(line => line.StartsWith("Critical"))),
            TimeSpan.FromSeconds(30), "the follower says that it does not take this journal up");
        follower.IsWriter.ShouldBeFalse();
        (await LastAsync()).ShouldBe(before);
        await Should.ThrowAsync<CannotStartException>(() => follower.StopAsync(None));
    }

    CityLedger Server() => new(
        _city.Database, _city.Get<RunFolder>(), _city.Get<JournalSeals>(), _city.Clock,
        LoggerFactory.Create(logs => logs.AddProvider(_city.Log)).CreateLogger<CityLedger>());

    static async Task PostAsync(CityLedger ledger, int accounts)
    {
        for (var i = 0; i < accounts; i++)
            (await ledger.PostAsync(
                new OpenAccount(DerivedId.From("lost", $"{i}"), new CurrencyId(1), AccountKind.Person), None))
                .IsPosted.ShouldBeTrue();
    }

    /// <summary>As the owner of the database, whom no trigger stops; answers the journal's last entry.</summary>
    async Task<long> DoAsync(string sql)
    {
        var last = await LastAsync();
        await using var connection = await _city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"""
            set session_replication_role = replica;
            {sql};
            delete from ledger.seal;
            delete from ledger.tile_hash;
            reset session_replication_role
            """, new { last });
        return await LastAsync();
    }

    async Task<long> LastAsync()
    {
        await using var connection = await _city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("select coalesce(max(sequence), 0) from ledger.journal");
    }
}
