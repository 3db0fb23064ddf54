using CityLoop.Ledger;
using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Ledger.Seals;

/// <summary>Seals over a real journal: what they cover, who can make them, how they are found again.</summary>
public sealed class JournalSealsTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly CancellationToken None = CancellationToken.None;

    CityLedger Ledger => city.Get<CityLedger>();

    [Fact]
    public async Task The_journal_is_sealed_again_and_again_without_being_asked()
    {
        await using var other = new TestCity { SealsEverySeconds = 0.2 };
        await other.InitializeAsync();
        var ledger = other.Get<CityLedger>();
        var sequence = await ledger.ReadAsync(books => books.Sequence, None);

        await Eventually.BecomesTrueAsync(
            async () => (await SealStore.NewestAsync(other.Database, None))?.Size >= sequence,
            TimeSpan.FromSeconds(30), "the journal seals itself");
    }

    [Fact]
    public async Task A_seal_is_signed_over_the_tree_of_every_durable_entry()
    {
        await GiveAsync(3);

        (await Ledger.SealAsync(None)).ShouldBeTrue();

        var seal = (await SealStore.NewestAsync(city.Database, None))!;
        seal.Size.ShouldBe(await Ledger.ReadAsync(books => books.Sequence, None));
        var tree = await TreeFromTheRowsAsync();
        seal.Root.ShouldBe(tree.Root());
        seal.Peaks.ShouldBe(tree.Peaks.ToArray());
        var note = SignedNote.Parse(seal.Note)!;
        Checkpoint.Parse(note.Text)!.ToString().ShouldBe(
            new Checkpoint("taichung.example/journal", seal.Size, tree.Root()).ToString());
        var key = NoteKey.Parse((await SealKey.KnownAsync(city.Database, None))!)!;
        key.Name.ShouldBe("taichung.example/journal");
        note.IsSignedBy(key, Ed25519.Verify).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_sealed_already_is_not_sealed_again()
    {
        await GiveAsync(1);
        await Ledger.SealAsync(None);

        (await Ledger.SealAsync(None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_column_of_the_journal_stands_in_an_entrys_bytes()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var columns = (await connection.QueryAsync<(string Name, string Type)>(
            """
            select attname, format_type(atttypid, atttypmod) from pg_attribute
            where attrelid = 'ledger.journal'::regclass and attnum > 0 and not attisdropped
            """)).ToDictionary(c => c.Name, c => c.Type);

        columns.Remove("leaf").ShouldBeTrue();
        EntryBytes.Fields.Select(f => f.Name).ShouldBe(columns.Keys, ignoreOrder: true);
        foreach (var field in EntryBytes.Fields)
            columns[field.Name].ShouldBe(field.Form switch
            {
                FieldForm.Int64 => "bigint",
                FieldForm.Int32 => "integer",
                FieldForm.Int16 => "smallint",
                FieldForm.Boolean => "boolean",
                FieldForm.Uuid => "uuid",
                FieldForm.Instant => "timestamp with time zone",
                FieldForm.Date => "date",
                FieldForm.Text => "text",
                _ => "?",
            }, field.Name);
        JournalRows.Columns.Split(", ").ShouldBe(EntryBytes.Fields.Select(f => f.Name));
    }

    [Fact]
    public async Task A_restart_takes_the_tree_up_where_the_last_seal_left_it()
    {
        await GiveAsync(300);
        await Ledger.SealAsync(None);
        await GiveAsync(300);

        await city.RestartAsync();
        await GiveAsync(2);
        await Ledger.SealAsync(None);

        var seal = (await SealStore.NewestAsync(city.Database, None))!;
        seal.Root.ShouldBe((await TreeFromTheRowsAsync()).Root());
        var kept = await KeptHashesAsync();
        kept.Count.ShouldBe((int)(seal.Size >> 8));
    }

    [Fact]
    public async Task The_end_of_a_server_seals_what_is_there()
    {
        await GiveAsync(1);
        var last = await Ledger.ReadAsync(books => books.Sequence, None);

        await city.RestartAsync();

        (await SealStore.OfAsync(city.Database, last, None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_stands_in_the_tree_once()
    {
        await GiveAsync(1);
        var task = GiveAsync(200);
        for (var i = 0; i < 20; i++)
        {
            await city.EndWritersConnectionAsync();
            await Task.Delay(10);
        }

        await task;
        await GiveAsync(1);
        await Eventually.BecomesTrueAsync(SealedAsync, TimeSpan.FromSeconds(20), "the journal is sealed");

        var seal = (await SealStore.NewestAsync(city.Database, None))!;
        seal.Size.ShouldBe(await Ledger.ReadAsync(books => books.Sequence, None));
        seal.Root.ShouldBe((await TreeFromTheRowsAsync()).Root());
    }

    [Theory]
    [InlineData("update ledger.seal set note = ''")]
    [InlineData("delete from ledger.tile_hash")]
    public async Task Seals_are_only_added(string sql)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        (await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(sql)))
            .MessageText.ShouldContain("only added");
    }

    async Task<bool> SealedAsync()
    {
        try
        {
            return await Ledger.SealAsync(None);
        }
        catch (IOException)
        {
            return false;
        }
    }

    async Task GiveAsync(int times)
    {
        var budgets = city.Get<CityBudgets>();
        var from = await budgets.AccountAsync("rally-2026", None);
        var to = await Ledger.OpenAccountAsync(Guid.NewGuid(), new CurrencyId(1), AccountKind.Person, None);
        foreach (var result in await Ledger.PostManyAsync(
            [.. Enumerable.Range(0, times).Select(i =>
                new Transfer(Guid.NewGuid(), from, to, 1 + i % 3, TransferCode.Earn))], None))
            result.IsPosted.ShouldBeTrue();
    }

    async Task<JournalTree> TreeFromTheRowsAsync()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var rows = await RawRows.ReadAsync(connection, 0, int.MaxValue, None);
        var tree = new JournalTree();
        for (var row = 0; row < rows.Count; row++)
            tree.Append(MerkleHash.OfLeaf(rows.Entry(row)));
        return tree;
    }

    async Task<IReadOnlyList<byte[]>> KeptHashesAsync()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<byte[]>(
            "select hash from ledger.tile_hash where level = 1 order by position")];
    }
}
