using System.Security.Cryptography;
using CityLoop.Ledger;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>
/// The kept books in their tables. The two newest stay: the older one serves when the newest is damaged.
/// </summary>
static class SnapshotStore
{
    /// <param name="isGentle">
    /// True beside a city at work: rests three times as long as it writes, so that payments have the disk and the
    /// processors.
    /// </param>
    /// <remarks>Blocks its thread all the while: give it one of its own.</remarks>
    public static void Save(
        NpgsqlDataSource database, LedgerState books, bool isGentle, CancellationToken cancellation)
    {
        using var connection = database.OpenConnection();
        using var transaction = connection.BeginTransaction();
        using (var head = new NpgsqlCommand(
            "insert into ledger.snapshot (sequence, digest, parts) values ($1, ''::bytea, 0) on conflict do nothing",
            connection))
        {
            head.Parameters.AddWithValue(books.Sequence);
            if (head.ExecuteNonQuery() == 0)
                return;
        }

        var rested = TimeProvider.System.GetTimestamp();
        using var parts = new SnapshotParts(part =>
        {
            Put(connection, books.Sequence, part.Number, part.Bytes);
            if (isGentle)
                cancellation.WaitHandle.WaitOne(3 * TimeProvider.System.GetElapsedTime(rested));
            cancellation.ThrowIfCancellationRequested();
            rested = TimeProvider.System.GetTimestamp();
        });
        books.Save(parts);
        parts.Complete();

        using (var finish = new NpgsqlCommand(
            "update ledger.snapshot set digest = $2, parts = $3 where sequence = $1", connection))
        {
            finish.Parameters.AddWithValue(books.Sequence);
            finish.Parameters.AddWithValue(parts.Digest);
            finish.Parameters.AddWithValue(parts.Count);
            finish.ExecuteNonQuery();
        }

        using (var old = new NpgsqlCommand(
            "delete from ledger.snapshot where sequence < all "
            + "(select sequence from ledger.snapshot order by 1 desc limit 2)",
            connection))
            old.ExecuteNonQuery();
        transaction.Commit();
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

        await using var connection = await database.OpenConnectionAsync(cancellation);
        foreach (var (sequence, digest, parts) in kept)
        {
            // Twice over the parts: damaged bytes are never taken for books, and nobody holds them all at once.
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var part = 0; part < parts; part++)
                hash.AppendData(Get(connection, sequence, part));
            if (!hash.GetHashAndReset().AsSpan().SequenceEqual(digest))
                continue;
            try
            {
                using var bytes = new SnapshotParts(parts, part => Get(connection, sequence, part));
                return LedgerState.Load(bytes);
            }
            catch (InvalidDataException)
            {
                // Written by an earlier version: the journal has everything.
            }
        }

        return new LedgerState();
    }

    static void Put(NpgsqlConnection connection, long sequence, int part, ReadOnlyMemory<byte> bytes)
    {
        using var body = new NpgsqlCommand(
            "insert into ledger.snapshot_part (sequence, part, bytes) values ($1, $2, $3)", connection);
        body.Parameters.AddWithValue(sequence);
        body.Parameters.AddWithValue(part);
        body.Parameters.AddWithValue(bytes);
        body.ExecuteNonQuery();
    }

    static byte[] Get(NpgsqlConnection connection, long sequence, int part)
    {
        using var command = new NpgsqlCommand(
            "select bytes from ledger.snapshot_part where sequence = $1 and part = $2", connection);
        command.Parameters.AddWithValue(sequence);
        command.Parameters.AddWithValue(part);
        return command.ExecuteScalar() as byte[] ?? [];
    }
}
