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
    /// True beside a city at work: rests three times as long as it writes, and 25 ms at least, so that payments have
    /// the disk and the processors.
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

        var pace = new Pace(isGentle, cancellation);
        using var parts = new SnapshotParts(part =>
        {
            Put(connection, books.Sequence, part.Number, part.Bytes);
            pace.Rest();
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

        transaction.Commit();
        ForgetOld(connection, pace);
    }

    /// <summary>
    /// Takes the older snapshots away, part by part: hundreds of megabytes at once would stand in the log in front of
    /// people's payments. Where that is cut off, the next snapshot goes on with it.
    /// </summary>
    static void ForgetOld(NpgsqlConnection connection, Pace pace)
    {
        const string isOld =
            "sequence < all (select s.sequence from ledger.snapshot s order by 1 desc limit 2)";
        using var part = new NpgsqlCommand(
            $"""
            delete from ledger.snapshot_part where ctid = any (array(
              select ctid from ledger.snapshot_part where {isOld} limit 1))
            """, connection);
        while (part.ExecuteNonQuery() > 0)
            pace.Rest();
        using var heads = new NpgsqlCommand($"delete from ledger.snapshot where {isOld}", connection);
        heads.ExecuteNonQuery();
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
            if (await Task.Run(() => TryLoad(connection, sequence, digest, parts), cancellation) is { } books)
                return books;
        return new LedgerState();
    }

    /// <summary>
    /// The books in a snapshot; null where its bytes are damaged. While one part is read as books, the next is fetched
    /// and goes into the fingerprint; nobody gets the books before it fits.
    /// </summary>
    static LedgerState? TryLoad(NpgsqlConnection connection, long sequence, byte[] digest, int parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var fetched = 0;
        var next = Fetch();
        LedgerState? books = null;
        try
        {
            using var bytes = new SnapshotParts(parts, _ => Take());
            books = LedgerState.Load(bytes);
        }
        catch (InvalidDataException)
        {
            // Written by an earlier version, or damaged: the journal has everything.
        }
        catch (Exception) when (!Fits())
        {
            // Damaged bytes may say anything.
        }

        return Fits() ? books : null;

        bool Fits()
        {
            while (next is not null)
                Take();
            return hash.GetCurrentHash().AsSpan().SequenceEqual(digest);
        }

        byte[] Take()
        {
            var part = next!.GetAwaiter().GetResult();
            next = Fetch();
            return part;
        }

        Task<byte[]>? Fetch()
        {
            if (fetched == parts)
                return null;
            var number = fetched++;
            return Task.Run(() =>
            {
                var part = Get(connection, sequence, number);
                hash.AppendData(part);
                return part;
            });
        }
    }

    /// <summary>The steps of one who writes beside a city at work, and rests in between.</summary>
    sealed class Pace(bool isGentle, CancellationToken cancellation)
    {
        /// <summary>A quarter of a megabyte in this time is 10 MB a second.</summary>
        static readonly TimeSpan RestMin = TimeSpan.FromMilliseconds(25);

        long _rested = TimeProvider.System.GetTimestamp();

        public void Rest()
        {
            var rest = 3 * TimeProvider.System.GetElapsedTime(_rested);
            if (isGentle)
                cancellation.WaitHandle.WaitOne(rest > RestMin ? rest : RestMin);
            cancellation.ThrowIfCancellationRequested();
            _rested = TimeProvider.System.GetTimestamp();
        }
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
