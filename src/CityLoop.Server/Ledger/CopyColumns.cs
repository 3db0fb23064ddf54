using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CityLoop.Server.Ledger;

/// <summary>Values as columns of PostgreSQL's binary COPY form: a length, then the bytes; -1 for none.</summary>
static class CopyColumns
{
    public static readonly long PostgresEpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    public static readonly int PostgresEpochDay = new DateOnly(2000, 1, 1).DayNumber;

    public static void Int64(IBufferWriter<byte> target, long? value)
    {
        if (value is not { } known)
        {
            Null(target);
            return;
        }

        var span = target.GetSpan(12);
        BinaryPrimitives.WriteInt32BigEndian(span, 8);
        BinaryPrimitives.WriteInt64BigEndian(span[4..], known);
        target.Advance(12);
    }

    public static void Int32(IBufferWriter<byte> target, int? value)
    {
        if (value is not { } known)
        {
            Null(target);
            return;
        }

        var span = target.GetSpan(8);
        BinaryPrimitives.WriteInt32BigEndian(span, 4);
        BinaryPrimitives.WriteInt32BigEndian(span[4..], known);
        target.Advance(8);
    }

    public static void Int16(IBufferWriter<byte> target, short? value)
    {
        if (value is not { } known)
        {
            Null(target);
            return;
        }

        var span = target.GetSpan(6);
        BinaryPrimitives.WriteInt32BigEndian(span, 2);
        BinaryPrimitives.WriteInt16BigEndian(span[4..], known);
        target.Advance(6);
    }

    public static void Uuid(IBufferWriter<byte> target, Guid? value)
    {
        if (value is not { } known)
        {
            Null(target);
            return;
        }

        var span = target.GetSpan(20);
        BinaryPrimitives.WriteInt32BigEndian(span, 16);
        known.TryWriteBytes(span[4..], bigEndian: true, out _);
        target.Advance(20);
    }

    public static void Timestamp(IBufferWriter<byte> target, DateTimeOffset? value) =>
        Int64(target, value is { } known
            ? (known.UtcTicks - PostgresEpochTicks) / TimeSpan.TicksPerMicrosecond
            : null);

    public static void Date(IBufferWriter<byte> target, DateOnly? value) =>
        Int32(target, value is { } known ? known.DayNumber - PostgresEpochDay : null);

    public static void Boolean(IBufferWriter<byte> target, bool value)
    {
        var span = target.GetSpan(5);
        BinaryPrimitives.WriteInt32BigEndian(span, 1);
        span[4] = value ? (byte)1 : (byte)0;
        target.Advance(5);
    }

    public static void Text(IBufferWriter<byte> target, string? value)
    {
        if (value is null)
        {
            Null(target);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        BinaryPrimitives.WriteInt32BigEndian(target.GetSpan(4), bytes.Length);
        target.Advance(4);
        target.Write(bytes);
    }

    static void Null(IBufferWriter<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target.GetSpan(4), -1);
        target.Advance(4);
    }

    public static void WriteInt16(IBufferWriter<byte> target, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(target.GetSpan(2), value);
        target.Advance(2);
    }
}
