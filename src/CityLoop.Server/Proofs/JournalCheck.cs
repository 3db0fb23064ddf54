using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using Npgsql;

namespace CityLoop.Server.Proofs;

/// <summary>What a check of the books has come to.</summary>
/// <param name="Entries">How many entries were read.</param>
/// <param name="Findings">Empty when everything is as it was written.</param>
sealed record CheckResult(long Entries, int Seals, IReadOnlyList<Finding> Findings);

/// <summary>
/// Reads the whole journal and believes nothing: its rows are hashed and replayed by the rules, and held against the
/// leaves, hashes, seals and snapshots that were kept of it.
/// </summary>
/// <param name="key">The key that seals must bear; null where the journal has none.</param>
/// <param name="kept">A seal that somebody has kept elsewhere, or none.</param>
sealed class JournalCheck(
    NpgsqlDataSource database, NoteKey? key, IReadOnlyList<NoteKey> witnesses, SignedNote? kept)
{
    const int RowsMax = 10_000;
    readonly LedgerState _books = new();
    byte[] _entry = new byte[1024];
    List<(long Sequence, byte[] Digest)> _snapshots = [];
    long _leafless;

    public async Task<CheckResult> RunAsync(Action<long> progress, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Read first: a city that runs seals only what the journal has by then.
        var seals = await SealStore.ListAsync(database, long.MaxValue, int.MaxValue, cancellation);
        var check = new SealCheck(key, witnesses, seals, KeptElsewhere(), await HashesAsync(cancellation));
        _snapshots = await SnapshotsAsync(cancellation);
        _leafless = await JournalSeals.LeaflessAsync(connection, cancellation);
        var last = await LastAsync(cancellation);
        var (after, endsBatch) = (long.MinValue, true);
        while (after < last && !check.Findings.Any(f => f.IsInJournal))
        {
            var rows = await RawRows.ReadAsync(connection, after, RowsMax, cancellation);
            if (rows.Count == 0)
                break;
            endsBatch = await CheckRowsAsync(rows, check, cancellation) ?? endsBatch;
            after = rows.Sequence(rows.Count - 1);
            progress(_books.Sequence);
        }

        if (!check.Findings.Any(f => f.IsInJournal))
        {
            if (!endsBatch)
                check.Findings.Add(Finding.BatchTorn(_books.Sequence));
            check.End();
            check.Findings.AddRange(_snapshots.Where(s => s.Sequence > _books.Sequence)
                .Select(s => Finding.Snapshot(s.Sequence)));
        }

        return new CheckResult(_books.Sequence, check.SealsChecked, check.Findings);
    }

    /// <summary>Answers whether the last good row ends its batch; null when there is no good row.</summary>
    async Task<bool?> CheckRowsAsync(RawRows rows, SealCheck check, CancellationToken cancellation)
    {
        var leaves = new List<byte[]>(rows.Count);
        var wrong = default(Finding);
        while (wrong is null && leaves.Count < rows.Count)
            wrong = Leaf(rows, leaves);
        // What makes sense is read only as far as the bytes are right.
        var first = _books.Sequence;
        var entries = await DecodeAsync(first, leaves.Count, cancellation);
        for (var i = 0; i < entries.Count && !check.Findings.Any(f => f.IsInJournal); i++)
        {
            try
            {
                _books.Apply(entries[i]);
            }
            catch (InvalidDataException e)
            {
                check.Findings.Add(Finding.BreaksRule(first + i + 1, e.Message));
                return null;
            }

            check.Append(leaves[i]);
            CompareSnapshot(check);
        }

        if (entries.Count < leaves.Count)
            wrong = await UnreadableAsync(first + entries.Count, cancellation);
        if (wrong is not null && !check.Findings.Any(f => f.IsInJournal))
            check.Findings.Add(wrong);
        return entries.Count == 0 ? null : entries[^1].EndsBatch;
    }

    /// <summary>The leaf of the next row goes to the others, or it is said what is wrong with that row.</summary>
    Finding? Leaf(RawRows rows, List<byte[]> leaves)
    {
        var row = leaves.Count;
        var (sequence, expected) = (rows.Sequence(row), _books.Sequence + row + 1);
        if (sequence < expected)
            return Finding.Strange(sequence);
        if (sequence > expected)
            return Finding.Missing(expected, sequence - 1);
        var bytes = rows.Row(row);
        if (_entry.Length <= bytes.Length)
            _entry = new byte[bytes.Length * 2];
        var leaf = new byte[MerkleHash.Size];
        var length = EntryBytes.OfRow(bytes, _entry.AsSpan(1));
        MerkleHash.OfPrefixedLeaf(_entry.AsSpan(0, 1 + length), leaf);
        var isKept = rows.Leaf(row) == BinaryPrimitives.ReadInt32BigEndian(leaf)
            || (rows.Leaf(row) is null && sequence <= _leafless);
        if (!isKept)
            return Finding.Changed(sequence);
        leaves.Add(leaf);
        return null;
    }

    /// <summary>The entries that can be read: all, or those before the first that cannot.</summary>
    async Task<IReadOnlyList<JournalEntry>> DecodeAsync(long after, int count, CancellationToken cancellation)
    {
        if (count == 0)
            return [];
        try
        {
            return await JournalReader.ReadAsync(database, after, count, cancellation);
        }
        catch (Exception e) when (IsOfTheRow(e))
        {
            return count == 1
                ? []
                : await DecodeAsync(after, count / 2, cancellation) is var front && front.Count < count / 2
                    ? front
                    : [.. front, .. await DecodeAsync(after + count / 2, count - count / 2, cancellation)];
        }
    }

    async Task<Finding> UnreadableAsync(long after, CancellationToken cancellation)
    {
        try
        {
            await JournalReader.ReadAsync(database, after, 1, cancellation);
            return Finding.Changed(after + 1);
        }
        catch (Exception e) when (IsOfTheRow(e))
        {
            return Finding.Unreadable(after + 1, e.Message);
        }
    }

    static bool IsOfTheRow(Exception e) =>
        e is InvalidDataException or JsonException or InvalidCastException or ArgumentException or OverflowException;

    void CompareSnapshot(SealCheck check)
    {
        foreach (var (sequence, digest) in _snapshots.Where(s => s.Sequence == _books.Sequence))
        {
            using var sha = SHA256.Create();
            using (var hashing = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write))
                _books.Save(hashing);
            if (!digest.AsSpan().SequenceEqual(sha.Hash))
                check.Findings.Add(Finding.Snapshot(sequence));
        }
    }

    Seal? KeptElsewhere() => kept is not null && Checkpoint.Parse(kept.Text) is { } says
        ? new Seal(says.Size, says.Root, [], kept.ToString(), default, [])
        : null;

    async Task<Dictionary<(int, long), byte[]>> HashesAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select level, position, hash from ledger.tile_hash");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var hashes = new Dictionary<(int, long), byte[]>();
        while (await row.ReadAsync(cancellation))
            hashes.Add((row.GetInt16(0), row.GetInt64(1)), row.GetFieldValue<byte[]>(2));
        return hashes;
    }

    async Task<List<(long, byte[])>> SnapshotsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select sequence, digest from ledger.snapshot");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var snapshots = new List<(long, byte[])>();
        while (await row.ReadAsync(cancellation))
            snapshots.Add((row.GetInt64(0), row.GetFieldValue<byte[]>(1)));
        return snapshots;
    }

    async Task<long> LastAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select coalesce(max(sequence), 0) from ledger.journal");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
