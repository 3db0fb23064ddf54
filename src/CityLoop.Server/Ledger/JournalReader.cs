using System.Buffers;
using System.Globalization;
using CityLoop.Ledger;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>Reads the journal from its table: in order, by number, or along one account's chain.</summary>
static class JournalReader
{
    /// <summary>Bytes of a row in COPY's form, mostly; more are made room for.</summary>
    const int RoomForRow = 300;

    const int CopyMax = 20_000;

    public static async Task<IReadOnlyList<JournalEntry>> ReadAsync(
        NpgsqlDataSource database, long after, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select {JournalRows.Columns} from ledger.journal where sequence > $1 order by sequence limit $2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        return await AllAsync(command, cancellation);
    }

    /// <summary>
    /// The same as <see cref="ReadAsync"/> by PostgreSQL's COPY, which gives a long tail several times as fast.
    /// </summary>
    public static async Task<IReadOnlyList<JournalEntry>> CopyAsync(
        NpgsqlDataSource database, long after, int count, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var sql = string.Create(CultureInfo.InvariantCulture,
            $"""
            copy (select {JournalRows.Columns} from ledger.journal where sequence > {after} order by sequence
            limit {count}) to stdout (format binary)
            """);
        // A rented buffer: megabytes that are new each time would have the collector look through all the books.
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Min(count, CopyMax) * RoomForRow);
        var length = 0;
        try
        {
            await using (var stream = await connection.BeginRawBinaryCopyAsync(sql, cancellation))
                while (await stream.ReadAsync(bytes.AsMemory(length), cancellation) is > 0 and var read)
                    if ((length += read) == bytes.Length)
                        bytes = Grown(bytes);
            return JournalRows.Read(bytes.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    static byte[] Grown(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    public static async Task<IReadOnlyList<JournalEntry>> ManyAsync(
        NpgsqlDataSource database, long[] sequences, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select {JournalRows.Columns} from ledger.journal where sequence = any($1) order by sequence");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = sequences });
        return await AllAsync(command, cancellation);
    }

    public static async Task<JournalEntry?> OneAsync(
        NpgsqlDataSource database, long sequence, CancellationToken cancellation)
    {
        var entries = await ReadAsync(database, sequence - 1, 1, cancellation);
        return entries is [var entry] && entry.Sequence == sequence ? entry : null;
    }

    /// <summary>
    /// An account's entries, newest first, from one of them backwards: each row names the account's row before it, so
    /// a statement of 50 lines is 50 looks at the primary key and the hot journal needs no other index.
    /// </summary>
    public static async Task<IReadOnlyList<JournalEntry>> ChainAsync(
        NpgsqlDataSource database, AccountId account, long from, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            with recursive chain as (
              select {JournalRows.Columns}, (kind = 4)::int as line from ledger.journal
              where sequence = $2 and (debit = $1 or credit = $1)
              union all
              select {Prefixed("j")}, c.line + (j.kind = 4)::int
              from chain c
              join ledger.journal j
                on j.sequence = case when c.debit = $1 then c.debit_previous else c.credit_previous end
              where c.line < $3
            )
            select {JournalRows.Columns} from chain where kind = 4 order by sequence desc
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = account.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        return await AllAsync(command, cancellation);
    }

    static string Prefixed(string table) =>
        table + "." + JournalRows.Columns.Replace(", ", $", {table}.", StringComparison.Ordinal);

    static async Task<IReadOnlyList<JournalEntry>> AllAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var entries = new List<JournalEntry>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            entries.Add(JournalRows.Read(row));
        return entries;
    }
}
