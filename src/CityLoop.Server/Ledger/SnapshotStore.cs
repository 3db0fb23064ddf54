using System.Security.Cryptography;
using CityLoop.Ledger;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>
/// The kept books in their tables. The two newest stay: the older one serves when the newest is damaged.
/// </summary>
static class SnapshotStore
{
    const int PartBytes = 8 << 20;

    public static async Task SaveAsync(NpgsqlDataSource database, LedgerState books, CancellationToken cancellation)
    {
        using var stream = new MemoryStream();
        books.Save(stream);
        var bytes = stream.GetBuffer().AsMemory(0, (int)stream.Length);
        var parts = (bytes.Length + PartBytes - 1) / PartBytes;

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var head = new NpgsqlCommand(
            "insert into ledger.snapshot (sequence, digest, parts) values ($1, $2, $3) on conflict do nothing",
            connection))
        {
            head.Parameters.AddWithValue(books.Sequence);
            head.Parameters.AddWithValue(SHA256.HashData(bytes.Span));
            head.Parameters.AddWithValue(parts);
            if (await head.ExecuteNonQueryAsync(cancellation) == 0)
                return;
        }

        for (var part = 0; part < parts; part++)
        {
            await using var body = new NpgsqlCommand(
                "insert into ledger.snapshot_part (sequence, part, bytes) values ($1, $2, $3)", connection);
            body.Parameters.AddWithValue(books.Sequence);
            body.Parameters.AddWithValue(part);
            var from = part * PartBytes;
            body.Parameters.AddWithValue(bytes.Slice(from, Math.Min(PartBytes, bytes.Length - from)));
            await body.ExecuteNonQueryAsync(cancellation);
        }

        await using (var old = new NpgsqlCommand(
            "delete from ledger.snapshot where sequence < all "
            + "(select sequence from ledger.snapshot order by 1 desc limit 2)",
            connection))
            await old.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The newest books whose fingerprint fits; empty books when there are none.</summary>
    public static async Task<LedgerState> LoadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var kept = new List<(long Sequence, byte[] Digest, int Parts)>();
        await using (var heads = database.CreateCommand(
            "select sequence, digest, parts from ledger.snapshot order by sequence desc"))
        await using (var row = await heads.ExecuteReaderAsync(cancellation))
            while (await row.ReadAsync(cancellation))
                kept.Add((row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt32(2)));

        foreach (var (sequence, digest, parts) in kept)
        {
            using var bytes = await BytesAsync(database, sequence, parts, cancellation);
            if (!SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)).AsSpan().SequenceEqual(digest))
                continue;
            bytes.Position = 0;
            return LedgerState.Load(bytes);
        }

        return new LedgerState();
    }

    static async Task<MemoryStream> BytesAsync(
        NpgsqlDataSource database, long sequence, int parts, CancellationToken cancellation)
    {
        var stream = new MemoryStream();
        for (var part = 0; part < parts; part++)
        {
            await using var command = database.CreateCommand(
                "select bytes from ledger.snapshot_part where sequence = $1 and part = $2");
            command.Parameters.AddWithValue(sequence);
            command.Parameters.AddWithValue(part);
            if (await command.ExecuteScalarAsync(cancellation) is byte[] bytes)
                stream.Write(bytes);
        }

        return stream;
    }
}
