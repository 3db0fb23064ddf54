using System.Buffers.Binary;
using System.Globalization;
using CityLoop.Ledger.Seals;
using Npgsql;

namespace CityLoop.Server.Ledger.Seals;

/// <summary>
/// The journal's rows as they are stored, byte by byte, before anything makes sense of them: what a tree is made of
/// and what a check begins with.
/// </summary>
sealed class RawRows
{
    /// <summary>PostgreSQL documentation, COPY: signature, flags, length of a header extension.</summary>
    const int HeaderBytes = 19;

    static readonly string Columns = string.Join(", ", EntryBytes.Fields.Select(field => field.Name)) + ", leaf";

    readonly byte[] _bytes;
    readonly List<(int From, int Leaf, int End)> _rows = [];

    RawRows(byte[] bytes)
    {
        _bytes = bytes;
        for (var at = HeaderBytes; BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(at)) >= 0;)
        {
            var from = at;
            at += sizeof(short);
            for (var column = 0; column < EntryBytes.Fields.Count; column++)
                at = Behind(at);
            _rows.Add((from, at, Behind(at)));
            at = Behind(at);
        }
    }

    public int Count => _rows.Count;

    /// <summary>Rows behind a number, oldest first, up to a count.</summary>
    public static async Task<RawRows> ReadAsync(
        NpgsqlConnection connection, long after, int count, CancellationToken cancellation)
    {
        var sql = string.Create(CultureInfo.InvariantCulture,
            $"""
            copy (select {Columns} from ledger.journal where sequence > {after} order by sequence limit {count})
            to stdout (format binary)
            """);
        using var bytes = new MemoryStream();
        await using (var stream = await connection.BeginRawBinaryCopyAsync(sql, cancellation))
            await stream.CopyToAsync(bytes, cancellation);
        return new RawRows(bytes.ToArray());
    }

    /// <summary>A row in the form of COPY.</summary>
    public ReadOnlySpan<byte> Row(int row) => _bytes.AsSpan(_rows[row].From.._rows[row].End);

    /// <summary>The entry's number: the first column.</summary>
    public long Sequence(int row) => BinaryPrimitives.ReadInt64BigEndian(Row(row)[(sizeof(short) + sizeof(int))..]);

    /// <summary>The leaf that is stored with it; null where there is none.</summary>
    public int? Leaf(int row)
    {
        var leaf = _bytes.AsSpan(_rows[row].Leaf);
        return BinaryPrimitives.ReadInt32BigEndian(leaf) < 0
            ? null
            : BinaryPrimitives.ReadInt32BigEndian(leaf[sizeof(int)..]);
    }

    /// <summary>The bytes of the entry.</summary>
    public byte[] Entry(int row)
    {
        var bytes = new byte[Row(row).Length];
        return bytes[..EntryBytes.OfRow(Row(row), bytes)];
    }

    int Behind(int column) =>
        column + sizeof(int) + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(column)));
}
