using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations.Import;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Operations.Import;

/// <summary>The import on a running city: what is in the books, and what happens when it is run again.</summary>
public sealed class ImportCommunityPointsTests : IAsyncLifetime
{
    readonly TestCity _city = new();

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task A_dry_run_says_what_the_real_run_does_and_writes_nothing()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n10,bob,moderator,0.00001\n10,cyd,contributor,-1\n",
            gifts: Gift("01", "g1", "ann", "new", 0, "2.5") + Gift("02", "g2", "ann", "bob", 1, "99"));
        var before = await SequenceAsync();

        var dry = await RunAsync(folder, posts: false);

        (await SequenceAsync()).ShouldBe(before);
        (await CountAsync("row")).ShouldBe(0);
        var real = await RunAsync(folder);
        Shown(real).ShouldBe(Shown(dry));
        Shown(real).ShouldBe(
            "read 5 posted 2 held 1 already 0 amount_is_not_positive 1 debit_account_has_too_few_points 1");
        (await BalanceAsync(SchemeIds.Member("ann"))).ShouldBe(250_000);
        (await BalanceAsync(SchemeIds.Member("bob"))).ShouldBe(1);
        (await BalanceAsync(SchemeIds.Escrow("new"))).ShouldBe(250_000);
        (await CountAsync("unanswered_transfer")).ShouldBe(0);
    }

    [Fact]
    public async Task The_scheme_has_a_currency_of_its_own_and_its_own_times()
    {
        using var folder = new SchemeFolder(earned: "9,ann,contributor,5\n");

        await RunAsync(folder);

        var ledger = _city.Get<CityLedger>();
        var (currency, account) = await ledger.ReadAsync(
            books => (books.Currencies.Single(c => c.Code == "CPT"), books.FindAccount(SchemeIds.Member("ann"))!.Value),
            CancellationToken.None);
        currency.Scale.ShouldBe(5);
        _city.Pack.Currencies.ShouldNotContain(c => c.Id == currency.Id);
        var earned = (await ledger.StatementAsync(account, 10, null, CancellationToken.None)).ShouldHaveSingleItem();
        earned.EffectiveAt.ShouldBe(DateTimeOffset.Parse("2023-12-31T23:59:59.999999Z"));
        // In 2024 nobody had written it here; of what had happened by then it is part.
        (await PastAsync(asHappened: false)).Balance.ShouldBe(0);
        (await PastAsync(asHappened: true)).Balance.ShouldBe(500_000);

        Task<PastStatement> PastAsync(bool asHappened) => PastStatement.ReadAsync(
            ledger, account, DateTimeOffset.Parse("2024-02-01T00:00:00Z"), asHappened, 10, null,
            CancellationToken.None);
    }

    [Fact]
    public async Task A_second_run_posts_nothing_and_refuses_what_the_first_refused()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n",
            gifts: Gift("01", "g1", "bob", "cyd", 1, "4") + Gift("02", "g2", "ann", "bob", 1, "5")
                + Gift("02", "g2", "ann", "bob", 1, "4") + Gift("03", "g3", "bob", "new", 0, "1"));
        var first = await RunAsync(folder);
        var after = await SequenceAsync();

        var again = await RunAsync(folder);

        Shown(first).ShouldBe("read 5 posted 2 held 1 already 0 "
            + "debit_account_has_too_few_points 1 id_already_posted_with_other_content 1");
        Shown(again).ShouldBe("read 5 posted 0 held 0 already 3 "
            + "debit_account_has_too_few_points 1 id_already_posted_with_other_content 1");
        (await SequenceAsync()).ShouldBe(after);
    }

    [Fact]
    public async Task What_a_run_held_a_later_run_releases_when_its_rows_show_the_receiver()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n", gifts: Gift("01", "g1", "ann", "new", 0, "2"));
        await RunAsync(folder);
        folder.Write("earned.csv", SchemeFolder.EarnedHeader + "10,ann,contributor,5\n11,new,contributor,1\n");

        var later = await RunAsync(folder);

        Shown(later).ShouldBe("read 3 posted 1 held 0 already 2");
        (await BalanceAsync(SchemeIds.Escrow("new"))).ShouldBe(0);
        (await BalanceAsync(SchemeIds.Member("new"))).ShouldBe(300_000);
        Shown(await RunAsync(folder)).ShouldBe("read 3 posted 0 held 0 already 3");
    }

    [Theory]
    [InlineData("Opening accounts")]
    [InlineData("Posted 1,000 of")]
    [InlineData("Posted 2,000 of")]
    [InlineData("Posted 3,005 of")]
    public async Task A_run_that_ends_half_way_is_finished_by_the_next(string at)
    {
        // 1,000 earnings and their funding, then gifts around the circle, the last two held and one released.
        using var folder = new SchemeFolder(
            earned: string.Concat(Enumerable.Range(0, 1_000).Select(i => $"10,m{i},contributor,10\n")),
            gifts: string.Concat(Enumerable.Range(0, 2_000).Select(
                i => Gift("01", $"g{i}", $"m{i % 1_000}", $"m{(i + 1) % 1_000}", 1, "3.00001")))
                + Gift("02", "h1", "m1", "new", 0, "2") + Gift("02", "h2", "m1", "late", 0, "2")
                + Gift("03", "h3", "m2", "new", 1, "1") + Gift("03", "h4", "m3", "m4", 1, "99"));
        await Should.ThrowAsync<PowerCut>(() => RunAsync(folder, progress: step =>
        {
            if (step.StartsWith(at, StringComparison.Ordinal))
                throw new PowerCut();
        }));
        await _city.RestartAsync();
        var standing = await CountPostedAsync();

        var dry = await RunAsync(folder, posts: false);
        var finishing = await RunAsync(folder);

        Shown(finishing).ShouldBe(Shown(dry));
        finishing.Summary.Refused.ShouldBe(
            new Dictionary<string, int> { ["debit_account_has_too_few_points"] = 1 });
        // Not a row: the round's funding and one release.
        var already = Math.Max(0, standing - 1 - (standing == 3_005 ? 1 : 0));
        finishing.Summary.AlreadyPosted.ShouldBe(already);
        (finishing.Summary.Posted + finishing.Summary.Held).ShouldBe(3_003 - already);
        (await BalanceAsync(SchemeIds.Member("m1"))).ShouldBe(1_000_000 - 400_000);
        (await BalanceAsync(SchemeIds.Member("new"))).ShouldBe(300_000);
        (await BalanceAsync(SchemeIds.Escrow("late"))).ShouldBe(200_000);
        (await CountPostedAsync()).ShouldBe(3_005);
        (await CountAsync("unanswered_transfer")).ShouldBe(0);
        Shown(await RunAsync(folder)).ShouldBe(
            "read 3004 posted 0 held 0 already 3003 debit_account_has_too_few_points 1");
    }

    [Fact]
    public async Task All_or_nothing_takes_all_or_nothing()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,5\n10,bob,contributor,0\n");
        var before = await SequenceAsync();

        Shown(await RunAsync(folder, allOrNothing: true)).ShouldBe(
            "read 2 posted 0 held 0 already 0 amount_is_not_positive 1 another_row_was_refused 1");
        (await SequenceAsync()).ShouldBe(before);

        folder.Write("earned.csv", SchemeFolder.EarnedHeader + "10,ann,contributor,5\n10,bob,contributor,1\n");
        Shown(await RunAsync(folder, allOrNothing: true)).ShouldBe("read 2 posted 2 held 0 already 0");
    }

    [Fact]
    public async Task Two_imports_do_not_run_at_once()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,5\n");
        await using var running = await _city.Get<SchemeStore>().TryLockAsync(CancellationToken.None);

        var fault = await Should.ThrowAsync<SchemeFilesException>(() => RunAsync(folder));

        fault.Message.ShouldContain("Another import");
    }

    [Fact]
    public async Task The_answer_for_a_program_has_exactly_five_members()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,5\n10,ann,contributor,6\n");

        var json = JsonSerializer.Serialize((await RunAsync(folder)).Summary, JsonSerializerOptions.Web);

        json.ShouldBe("""
            {"read":2,"posted":1,"held":0,"refused":{"id_already_posted_with_other_content":1},"alreadyPosted":0}
            """);
    }

    async Task<ImportCommunityPoints.Response> RunAsync(
        SchemeFolder folder, bool posts = true, bool allOrNothing = false, Action<string>? progress = null)
    {
        var response = await ImportCommunityPoints.Handle(
            new ImportCommunityPoints.Request(folder.Path, posts, allOrNothing), _city.Get<CityLedger>(),
            _city.Get<CityAccounts>(), _city.Get<SchemeStore>(), _city.Clock, progress ?? (_ => { }),
            CancellationToken.None);
        response.Summary.Sum().ShouldBe(response.Summary.Read);
        return response;
    }

    Task<long> SequenceAsync() => _city.Get<CityLedger>().ReadAsync(b => b.Sequence, CancellationToken.None);

    Task<long> BalanceAsync(Guid openedAs) => _city.Get<CityLedger>().ReadAsync(
        books => books.Account(books.FindAccount(openedAs)!.Value).Balance, CancellationToken.None);

    async Task<int> CountAsync(string table)
    {
        await using var connection = await _city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>($"select count(*) from imports.{table}");
    }

    async Task<int> CountPostedAsync()
    {
        await using var connection = await _city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>(
            "select count(*) from ledger.journal where effective_at is not null and kind = 4");
    }

    static string Gift(string day, string id, string from, string to, int registered, string amount) =>
        $"11,2024-02-{day} 10:00:00,{id},{from},{to},{registered},{amount}\n";

    static string Shown(ImportCommunityPoints.Response response)
    {
        var summary = response.Summary;
        return $"read {summary.Read} posted {summary.Posted} held {summary.Held} already {summary.AlreadyPosted}"
            + string.Concat(summary.Refused.Select(r => $" {r.Key} {r.Value}"));
    }

    sealed class PowerCut : Exception;
}
