using System.Buffers.Binary;
using System.Text;

namespace CityLoop.Server.Ledger;

/// <summary>
/// Reads PostgreSQL's binary COPY form column by column; the opposite of <see cref="CopyColumns"/>.
/// </summary>
ref struct CopiedColumns(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _left = bytes;

    /// <summary>Goes to the next row; false behind the last.</summary>
    public bool NextRow()
    {
        var columns = BinaryPrimitives.ReadInt16BigEndian(_left);
        _left = _left[sizeof(short)..];
        return columns >= 0;
    }

    public long? Int64() => Take(out var value) ? BinaryPrimitives.ReadInt64BigEndian(value) : null;

    public int? Int32() => Take(out var value) ? BinaryPrimitives.ReadInt32BigEndian(value) : null;

    public short? Int16() => Take(out var value) ? BinaryPrimitives.ReadInt16BigEndian(value) : null;

    public bool Boolean() => Take(out var value) && value[0] != 0;

    public Guid? Uuid() => Take(out var value) ? new Guid(value, bigEndian: true) : null;

    public string? Text() => Take(out var value) ? Encoding.UTF8.GetString(value) : null;

    public DateTimeOffset? Timestamp() => Take(out var value)
        ? new DateTimeOffset(
            CopyColumns.PostgresEpochTicks
            + BinaryPrimitives.ReadInt64BigEndian(value) * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero)
        : null;

    public DateOnly? Date() => Take(out var value)
        ? DateOnly.FromDayNumber(CopyColumns.PostgresEpochDay + BinaryPrimitives.ReadInt32BigEndian(value))
        : null;

    bool Take(out ReadOnlySpan<byte> value)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(_left);
        _left = _left[sizeof(int)..];
        if (length < 0)
        {
            value = default;
            return false;
        }

        value = _left[..length];
        _left = _left[length..];
        return true;
    }
}
