using CityLoop.Ledger.Seals;
using Npgsql;

namespace CityLoop.Server.Ledger.Seals;

/// <summary>A signed tree head of the journal, as it is kept.</summary>
/// <param name="Note">The checkpoint with the city's own signature.</param>
/// <param name="Witnesses">What others have said of it.</param>
sealed record Seal(
    long Size, byte[] Root, byte[] Peaks, string Note, DateTimeOffset At, IReadOnlyList<Witnessed> Witnesses)
{
    /// <summary>The note with the lines of all witnesses.</summary>
    public string FullNote => Note + string.Concat(Witnesses.Select(witness => witness.Line + "\n"));
}

/// <summary>A witness's line under a seal, and the witness's own time.</summary>
sealed record Witnessed(string Name, string Line, DateTimeOffset At);

/// <summary>Keeps and finds seals.</summary>
static class SealStore
{
    const string Columns =
        """
        size, root, peaks, note, at,
        coalesce((select array_agg(name order by at, name) from ledger.countersignature c where c.size = s.size), '{}'),
        coalesce((select array_agg(line order by at, name) from ledger.countersignature c where c.size = s.size), '{}'),
        coalesce((select array_agg(c.at order by at, name) from ledger.countersignature c where c.size = s.size), '{}')
        """;

    /// <summary>The newest seal; null before the first.</summary>
    public static async Task<Seal?> NewestAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        await ListAsync(database, long.MaxValue, 1, cancellation) is [var newest] ? newest : null;

    /// <summary>The seal over so many entries; null when there is none.</summary>
    public static async Task<Seal?> OfAsync(NpgsqlDataSource database, long size, CancellationToken cancellation) =>
        await ListAsync(database, size, 1, cancellation) is [var found] && found.Size == size ? found : null;

    /// <summary>Seals up to a size, newest first.</summary>
    public static async Task<IReadOnlyList<Seal>> ListAsync(
        NpgsqlDataSource database, long upTo, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from ledger.seal s where size <= $1 order by size desc limit $2");
        command.Parameters.AddWithValue(upTo);
        command.Parameters.AddWithValue(count);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var seals = new List<Seal>();
        while (await row.ReadAsync(cancellation))
            seals.Add(new Seal(
                row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2), row.GetString(3),
                row.GetFieldValue<DateTimeOffset>(4), Witnesses(row)));
        return seals;
    }

    /// <summary>
    /// Keeps a seal and the hashes that it completes, at once. On the writer's own connection: who has lost the seat
    /// has lost that connection, and cannot seal.
    /// </summary>
    public static async Task SaveAsync(
        NpgsqlConnection writer, Seal seal, IReadOnlyList<SubtreeHash> completed, CancellationToken cancellation)
    {
        await using var transaction = await writer.BeginTransactionAsync(cancellation);
        if (completed.Count > 0)
        {
            // A seal whose answer was lost may have kept them already: they cannot differ.
            await using var tiles = new NpgsqlCommand(
                """
                insert into ledger.tile_hash (level, position, hash)
                select * from unnest($1::smallint[], $2::bigint[], $3::bytea[]) on conflict do nothing
                """, writer, transaction);
            tiles.Parameters.AddWithValue(completed.Select(c => (short)c.Level).ToArray());
            tiles.Parameters.AddWithValue(completed.Select(c => c.Index).ToArray());
            tiles.Parameters.AddWithValue(completed.Select(c => c.Hash).ToArray());
            await tiles.ExecuteNonQueryAsync(cancellation);
        }

        await using (var head = new NpgsqlCommand(
            "insert into ledger.seal (size, root, peaks, note, at) values ($1, $2, $3, $4, $5)", writer, transaction))
        {
            head.Parameters.AddWithValue(seal.Size);
            head.Parameters.AddWithValue(seal.Root);
            head.Parameters.AddWithValue(seal.Peaks);
            head.Parameters.AddWithValue(seal.Note);
            head.Parameters.AddWithValue(seal.At.ToUniversalTime());
            await head.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Keeps a witness's line; the first that it sent for this seal stays.</summary>
    public static async Task AddAsync(
        NpgsqlDataSource database, long size, Witnessed said, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            insert into ledger.countersignature (size, name, line, at) values ($1, $2, $3, $4)
            on conflict do nothing
            """);
        command.Parameters.AddWithValue(size);
        command.Parameters.AddWithValue(said.Name);
        command.Parameters.AddWithValue(said.Line);
        command.Parameters.AddWithValue(said.At.ToUniversalTime());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    static List<Witnessed> Witnesses(NpgsqlDataReader row)
    {
        var names = row.GetFieldValue<string[]>(5);
        var lines = row.GetFieldValue<string[]>(6);
        var times = row.GetFieldValue<DateTime[]>(7);
        return [.. names.Select((name, i) => new Witnessed(name, lines[i], times[i]))];
    }
}
