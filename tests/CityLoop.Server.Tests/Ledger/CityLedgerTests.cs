using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>The books on a real PostgreSQL: kept, found again, followed, taken over.</summary>
public sealed class CityLedgerTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly CancellationToken None = CancellationToken.None;

    CityLedger Ledger => city.Get<CityLedger>();

    [Fact]
    public async Task After_a_restart_the_books_are_the_same_byte_for_byte()
    {
        var (one, other) = (await PersonAsync("a"), await PersonAsync("b"));
        await EarnAsync(one, 500, new DateOnly(2027, 3, 31));
        await Ledger.PostAsync(new Transfer(New(), one, other, 20, TransferCode.Gift)
        {
            Claim = New(),
            Reference = New(),
            EffectiveAt = new DateTimeOffset(2024, 2, 29, 13, 34, 29, 249, TimeSpan.FromHours(8)),
        }, None);
        var before = await Ledger.ReadAsync(books => books.ToBytes(), None);

        await city.RestartAsync();

        (await Ledger.ReadAsync(books => books.ToBytes(), None)).ShouldBe(before);
        // The snapshot that the orderly stop has kept is what it was read from; the journal alone says the same.
        var replayed = new LedgerState();
        foreach (var entry in await Ledger.ReadJournalAsync(0, 100_000, None))
            replayed.Apply(entry);
        replayed.ToBytes().ShouldBe(before);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_not_taken_for_the_books()
    {
        await EarnAsync(await PersonAsync("damaged"), 5);
        await city.RestartAsync();
        await EarnAsync(await PersonAsync("damaged"), 6);
        var before = await Ledger.ReadAsync(books => books.ToBytes(), None);
        await using (var connection = await city.Database.OpenConnectionAsync())
            (await connection.ExecuteAsync(
                "update ledger.snapshot_part set bytes = set_byte(bytes, 40, 255 - get_byte(bytes, 40))"))
                .ShouldBeGreaterThan(0);

        await city.RestartAsync();

        (await Ledger.ReadAsync(books => books.ToBytes(), None)).ShouldBe(before);
    }

    [Fact]
    public async Task Books_that_are_kept_in_several_parts_are_read_back_byte_for_byte()
    {
        await Ledger.PostManyAsync(
            [.. Enumerable.Range(0, 9_000).Select(_ => new OpenAccount(
                New(), city.Pack.MainCurrency.Id, AccountKind.Person))], None);
        await Ledger.KeepBooksAsync(None);
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<int>(
            "select parts from ledger.snapshot order by sequence desc limit 1")).ShouldBeGreaterThan(1);

        var kept = await SnapshotStore.LoadAsync(city.Database, None);

        kept.Sequence.ShouldBeGreaterThan(9_000);
        var replayed = new LedgerState();
        foreach (var entry in await Ledger.ReadJournalAsync(0, (int)kept.Sequence, None))
            replayed.Apply(entry);
        kept.ToBytes().ShouldBe(replayed.ToBytes());
    }

    [Theory]
    [InlineData("update ledger.journal set amount = 1 where sequence = 1")]
    [InlineData("delete from ledger.journal")]
    [InlineData("truncate ledger.journal")]
    public async Task The_journal_is_only_appended_to(string sql)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        (await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(sql)))
            .MessageText.ShouldContain("only appended to");
    }

    [Fact]
    public async Task A_statement_is_a_walk_along_the_accounts_own_chain()
    {
        var (one, other) = (await PersonAsync("statement"), await PersonAsync("statement's friend"));
        await EarnAsync(other, 100);
        await EarnAsync(one, 100);
        for (var i = 1; i <= 9; i++)
        {
            var (from, to) = i % 2 == 0 ? (other, one) : (one, other);
            await Ledger.PostAsync(new Transfer(New(), from, to, i, TransferCode.Gift), None);
        }

        var page = await Ledger.StatementAsync(one, 4, null, None);
        var next = await Ledger.StatementAsync(one, 100, page[^1].Sequence, None);

        page.Concat(next).Select(e => ((Transfer)e.Body).Amount).ShouldBe([9, 8, 7, 6, 5, 4, 3, 2, 1, 100]);
        (await Ledger.StatementAsync(await PersonAsync("nothing yet"), 10, null, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_server_posts_through_the_writer_and_reads_what_it_posted()
    {
        // On this machine, but with a data folder of its own.
        using var elsewhere = new DataFolder();
        using var second = new CityLedger(
            city.Database, new RunFolder(elsewhere.FolderPath), city.Get<JournalSeals>(), city.Clock,
            NullLogger<CityLedger>.Instance);
        await second.StartAsync(None);
        second.IsWriter.ShouldBeFalse();
        var person = await PersonAsync("second server");
        var budget = await city.Get<CityBudgets>().AccountAsync("rally-2026", None);

        var earn = new Transfer(New(), budget, person, 7, TransferCode.Earn);
        var posted = await second.PostAsync(earn, None);

        posted.Outcome.ShouldBe(PostOutcome.Posted);
        (await second.ReadAsync(books => books.Account(person).Balance, None)).ShouldBe(7);
        (await Ledger.PostAsync(earn, None)).ShouldBe(new PostResult(PostOutcome.AlreadyPosted, posted.Sequence));
        (await second.PostAsync(earn with { Amount = 8 }, None)).Outcome
            .ShouldBe(PostOutcome.IdAlreadyPostedWithOtherContent);
        await second.StopAsync(None);
    }

    [Fact]
    public async Task When_the_writer_stops_the_follower_takes_over_and_takes_its_posts()
    {
        await using var ownPool = Server.Shared.Database.SourceOf(city.Database.ConnectionString);
        using var second = new CityLedger(
            ownPool, city.Get<RunFolder>(), city.Get<JournalSeals>(), city.Clock, NullLogger<CityLedger>.Instance);
        await second.StartAsync(None);
        var person = await PersonAsync("take-over");

        var budget = await city.Get<CityBudgets>().AccountAsync("rally-2026", None);

        await Ledger.StopAsync(None);
        await second.PostAsync(new Transfer(New(), budget, person, 3, TransferCode.Earn), None);
        second.IsWriter.ShouldBeTrue();
        await city.RestartAsync();
        Ledger.IsWriter.ShouldBeFalse();
        (await second.ReadAsync(books => books.Account(person).Balance, None)).ShouldBe(3);
        await second.StopAsync(None);
        await EarnAsync(person, 4);
        Ledger.IsWriter.ShouldBeTrue();
        (await Ledger.ReadAsync(books => books.Account(person).Balance, None)).ShouldBe(7);
    }

    [Fact]
    public async Task A_writer_whose_connection_breaks_goes_on_by_itself_and_loses_nothing()
    {
        var person = await PersonAsync("broken connection");
        var posting = Enumerable.Range(0, 2_000).Select(async _ =>
        {
            await Task.Yield();
            await EarnAsync(person, 1);
        }).ToList();
        for (var i = 0; i < 5; i++)
            await city.EndWritersConnectionAsync();
        await Task.WhenAll(posting);

        (await Ledger.ReadAsync(books => books.Account(person).Balance, None)).ShouldBe(2_000);
    }

    [Fact]
    public async Task A_malformed_question_does_not_stop_the_writer()
    {
        await Should.ThrowAsync<ArgumentOutOfRangeException>(
            () => Ledger.ReadAsync(books => books.Account(new AccountId(int.MaxValue)), None));
        await Should.ThrowAsync<ArgumentException>(() => Ledger.PostLinkedAsync([], None));
        await EarnAsync(await PersonAsync("after the defect"), 1);
    }

    async Task<AccountId> PersonAsync(string key) =>
        await Ledger.OpenAccountAsync(
            DerivedId.From("ledger tests", key), city.Pack.MainCurrency.Id, AccountKind.Person, None);

    async Task EarnAsync(AccountId person, long amount, DateOnly? lastDay = null)
    {
        var budget = await city.Get<CityBudgets>().AccountAsync("rally-2026", None);
        var earn = new Transfer(New(), budget, person, amount, TransferCode.Earn) { LastDay = lastDay };
        (await Ledger.PostAsync(earn, None)).Outcome.ShouldBe(PostOutcome.Posted);
    }

    static Guid New() => Guid.NewGuid();
}
