using System.Globalization;
using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger.Seals;

namespace CityLoop.Server.Tests.Proofs;

/// <summary>Whatever the database's owner does to the books is found, and the first wrong entry named.</summary>
public sealed class JournalCheckTests(TamperedJournal books) : IClassFixture<TamperedJournal>
{
    /// <summary>Flips whose row PostgreSQL takes; the others it refuses by itself.</summary>
    const int Flips = 150;

    [Fact]
    public async Task Untouched_books_are_as_they_were_written()
    {
        var result = await books.CheckAsync();

        result.Findings.ShouldBeEmpty();
        result.Entries.ShouldBe(books.Last);
        result.Seals.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Slow_because_it_checks_the_books_after_each_of_150_flipped_bits_in_all_columns_of_many_rows()
    {
        var random = new Random(20261121);
        var columns = new HashSet<int>();
        for (var done = 0; done < Flips;)
        {
            // Every column gets its turn, however rare it is.
            var rare = EntryBytes.Fields.Select(f => f.Name).Where((_, n) => !columns.Contains(n)).FirstOrDefault();
            var sequence = rare is null
                ? random.NextInt64(1, books.Last + 1)
                : await OneAsync($"select max(sequence) from ledger.journal where {rare} is not null");
            var rows = await books.RowsAsync(sequence - 1, 1);
            var (before, after) = (rows.Row(0).ToArray(), rows.Row(0).ToArray());
            var values = TamperedJournal.Values(before).ToList();
            var untried = values.Where(v => !columns.Contains(v.Column)).ToList();
            var (column, from, length) = untried.Count > 0 ? untried[0] : values[random.Next(values.Count)];
            var bit = IsBoolean(column) ? 0 : random.Next(length * 8);
            after[from + length - 1 - bit / 8] ^= (byte)(1 << (bit % 8));
            if (!await books.ReplaceAsync(sequence, after))
                continue; // a number that is taken, a time that cannot be
            var now = NumberIn(after);
            try
            {
                var found = (await books.CheckAsync()).Findings;

                found.ShouldNotBeEmpty($"bit {bit} of column {column} of entry {sequence}");
                (found[0].First, found[0].IsInJournal).ShouldBe(
                    (Math.Min(sequence, now), true), $"bit {bit} of column {column}: {found[0].Says}");
                columns.Add(column);
                done++;
            }
            finally
            {
                (await books.ReplaceAsync(now, before)).ShouldBeTrue();
            }
        }

        columns.Count.ShouldBe(EntryBytes.Fields.Count + 1, "every column was tried, and the leaf");
        (await books.CheckAsync()).Findings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("delete from ledger.journal where sequence = 400", "entry_missing", 400, 400)]
    [InlineData("delete from ledger.journal where sequence = 1", "entry_missing", 1, 1)]
    [InlineData("delete from ledger.journal where sequence between 300 and 420", "entry_missing", 300, 420)]
    [InlineData(
        "update ledger.journal set sequence = case sequence when 350 then -360 else -350 end "
        + "where sequence in (350, 360); update ledger.journal set sequence = -sequence where sequence < 0",
        "entry_changed", 350, 350)]
    [InlineData("update ledger.journal set claim = null where sequence = (select min(sequence) from ledger.journal "
        + "where claim is not null and sequence > 200)", "entry_changed", null, null)]
    [InlineData("update ledger.journal set scale = 2 where sequence = 333", "entry_changed", 333, 333)]
    [InlineData("update ledger.journal set leaf = null where sequence = 334", "entry_changed", 334, 334)]
    [InlineData("update ledger.journal set sequence = 0 where sequence = 500", "entry_strange", 0, 0)]
    [InlineData("truncate ledger.journal", "entry_missing", 1, null)]
    public async Task A_row_that_is_gone_moved_or_emptied_is_named(string sql, string code, int? first, int? last)
    {
        var found = (await books.CheckAfterAsync(sql)).Findings[0];

        found.Code.ShouldBe(code, found.Says);
        if (first is not null)
            found.First.ShouldBe(first.Value);
        found.Last.ShouldBe(last ?? (first is null ? found.First : books.Last));
    }

    [Theory]
    [InlineData("select * from ledger.journal where sequence = 100")]
    [InlineData("select * from ledger.journal where kind = 4 order by sequence desc limit 1")]
    public async Task A_row_that_was_put_in_at_the_end_is_named(string copied)
    {
        var found = (await books.CheckAfterAsync(
            $"""
            create temporary table one as {copied};
            update one set sequence = {books.Last + 1}, ends_batch = true;
            insert into ledger.journal select * from one; drop table one
            """)).Findings[0];

        (found.Code, found.First).ShouldBe(("entry_changed", books.Last + 1));
    }

    [Fact]
    public async Task A_row_that_was_put_in_between_is_named()
    {
        var found = (await books.CheckAfterAsync(
            """
            create temporary table one as select * from ledger.journal where sequence = 222;
            update ledger.journal set sequence = -sequence - 1 where sequence >= 223;
            update ledger.journal set sequence = -sequence where sequence < 0;
            update one set sequence = 223, id = gen_random_uuid();
            insert into ledger.journal select * from one; drop table one
            """)).Findings[0];

        (found.Code, found.First, found.Last).ShouldBe(("entry_changed", 223, 223));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1_100)]
    public async Task A_changed_row_whose_leaf_was_made_to_fit_is_found_by_the_seal(int near)
    {
        // A reference: no rule of the books speaks of it.
        var sequence = await OneAsync($"select min(sequence) from ledger.journal where sequence > {near} and kind = 4 "
            + "and reference is not null");
        var found = await WithLeafAsync("reference = gen_random_uuid()", sequence);

        found.Code.ShouldBe("entry_changed");
        sequence.ShouldBeInRange(found.First, found.Last);
        (found.Last - found.First).ShouldBeLessThan(256);
    }

    [Fact]
    public async Task A_changed_amount_whose_leaf_was_made_to_fit_breaks_a_rule_or_the_seal()
    {
        var sequence = await OneAsync(
            "select min(sequence) from ledger.journal where sequence > 400 and reverses is not null");
        var found = await WithLeafAsync("amount = amount + 1", sequence);

        (found.Code, found.First, found.Last).ShouldBe(("entry_breaks_rule", sequence, sequence));
    }

    [Theory]
    [InlineData("update ledger.tile_hash set hash = set_bit(hash, 77, 1 - get_bit(hash, 77)) where position = 1",
        "hash_wrong", 257)]
    [InlineData("delete from ledger.tile_hash where position = 2", "hash_wrong", 513)]
    [InlineData("insert into ledger.tile_hash select 1, 999, hash from ledger.tile_hash where position = 0",
        "hash_wrong", 255_745)]
    [InlineData("insert into ledger.tile_hash select 2, 0, hash from ledger.tile_hash where position = 0",
        "hash_wrong", 1)]
    [InlineData("update ledger.seal set root = set_bit(root, 9, 1 - get_bit(root, 9))", "seal_wrong", null)]
    [InlineData("update ledger.seal set peaks = set_bit(peaks, 9, 1 - get_bit(peaks, 9))", "seal_wrong", null)]
    [InlineData("update ledger.seal set peaks = ''", "seal_wrong", null)]
    [InlineData("update ledger.seal set note = replace(note, 'taichung', 'taichunk')", "seal_wrong", null)]
    [InlineData("update ledger.seal set size = size - 1", "seal_wrong", null)]
    [InlineData("update ledger.seal set size = -5 where size = (select min(size) from ledger.seal)",
        "seal_wrong", -5)]
    [InlineData("update ledger.snapshot set digest = set_bit(digest, 9, 1 - get_bit(digest, 9))",
        "snapshot_wrong", null)]
    [InlineData("update ledger.snapshot set sequence = 9999999 where sequence = "
        + "(select max(sequence) from ledger.snapshot)", "snapshot_wrong", 9_999_999)]
    public async Task What_was_kept_of_the_journal_and_is_wrong_is_named(string sql, string code, int? first)
    {
        var found = (await books.CheckAfterAsync(sql)).Findings[0];

        found.Code.ShouldBe(code, found.Says);
        if (first is not null)
            found.First.ShouldBe(first.Value);
    }

    [Fact]
    public async Task An_end_that_was_cut_off_is_found_by_the_seals()
    {
        var found = (await books.CheckAfterAsync("delete from ledger.journal where sequence > 1000")).Findings[0];

        (found.Code, found.First, found.Last).ShouldBe(("entry_missing", 1001, books.Last));
    }

    [Fact]
    public async Task An_end_that_was_cut_off_with_its_seals_is_found_by_a_seal_that_somebody_kept()
    {
        var kept = SignedNote.Parse((await SealStore.NewestAsync(books.City.Database, default))!.Note);
        const string cut = """
            delete from ledger.journal where sequence > (select min(size) from ledger.seal);
            delete from ledger.seal where size > (select min(size) from ledger.seal);
            delete from ledger.tile_hash where (position + 1) * 256 > (select min(size) from ledger.seal);
            delete from ledger.snapshot where sequence > (select min(size) from ledger.seal)
            """;

        (await books.CheckAfterAsync(cut)).Findings.ShouldBeEmpty("nobody who sees these books alone can know");
        (await books.CheckAfterAsync(cut, kept: kept)).Findings.Single().Code.ShouldBe("entry_missing");
        (await books.CheckAsync(kept)).Findings.ShouldBeEmpty();
    }

    /// <summary>Changes a row and gives it the leaf that fits, as somebody would who knows how it is made.</summary>
    async Task<Server.Proofs.Finding> WithLeafAsync(string change, long sequence)
    {
        var before = (await books.RowsAsync(sequence - 1, 1)).Row(0).ToArray();
        await books.DoAsync($"update ledger.journal set {change} where sequence = {sequence}");
        try
        {
            var changed = await books.RowsAsync(sequence - 1, 1);
            var leaf = BitConverter.ToInt32([.. MerkleHash.OfLeaf(changed.Entry(0))[..4].Reverse()]);
            await books.DoAsync("update ledger.journal set leaf = @leaf where sequence = @sequence",
                new { leaf, sequence });
            return (await books.CheckAsync()).Findings[0];
        }
        finally
        {
            await books.ReplaceAsync(sequence, before);
        }
    }

    async Task<long> OneAsync(string sql)
    {
        await using var command = books.City.Database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    static bool IsBoolean(int column) =>
        column < EntryBytes.Fields.Count && EntryBytes.Fields[column].Form == FieldForm.Boolean;

    /// <summary>The number under which the row stands now: another one when a bit of the number was flipped.</summary>
    static long NumberIn(byte[] row)
    {
        var (_, from, length) = TamperedJournal.Values(row).First();
        return BitConverter.ToInt64([.. row[from..(from + length)].Reverse()]);
    }
}
