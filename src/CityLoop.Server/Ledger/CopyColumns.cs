using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CityLoop.Server.Ledger;

/// <summary>Takes the values of a row, column by column.</summary>
interface IColumns
{
    void Int64(long? value);

    void Int32(int? value);

    void Int16(short? value);

    void Boolean(bool value);

    void Uuid(Guid? value);

    void Timestamp(DateTimeOffset? value);

    void Date(DateOnly? value);

    void Text(string? value);
}

/// <summary>Values as columns of PostgreSQL's binary COPY form: a length, then the bytes; -1 for none.</summary>
readonly struct CopyColumns(IBufferWriter<byte> target) : IColumns
{
    public static readonly long PostgresEpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    public static readonly int PostgresEpochDay = new DateOnly(2000, 1, 1).DayNumber;

    public void Int64(long? value)
    {
        if (value is not { } known)
        {
            Null();
            return;
        }

        var span = target.GetSpan(12);
        BinaryPrimitives.WriteInt32BigEndian(span, 8);
        BinaryPrimitives.WriteInt64BigEndian(span[4..], known);
        target.Advance(12);
    }

    public void Int32(int? value)
    {
        if (value is not { } known)
        {
            Null();
            return;
        }

        var span = target.GetSpan(8);
        BinaryPrimitives.WriteInt32BigEndian(span, 4);
        BinaryPrimitives.WriteInt32BigEndian(span[4..], known);
        target.Advance(8);
    }

    public void Int16(short? value)
    {
        if (value is not { } known)
        {
            Null();
            return;
        }

        var span = target.GetSpan(6);
        BinaryPrimitives.WriteInt32BigEndian(span, 2);
        BinaryPrimitives.WriteInt16BigEndian(span[4..], known);
        target.Advance(6);
    }

    public void Uuid(Guid? value)
    {
        if (value is not { } known)
        {
            Null();
            return;
        }

        var span = target.GetSpan(20);
        BinaryPrimitives.WriteInt32BigEndian(span, 16);
        known.TryWriteBytes(span[4..], bigEndian: true, out _);
        target.Advance(20);
    }

    public void Timestamp(DateTimeOffset? value) =>
        Int64(value is { } known
            ? (known.UtcTicks - PostgresEpochTicks) / TimeSpan.TicksPerMicrosecond
            : null);

    public void Date(DateOnly? value) =>
        Int32(value is { } known ? known.DayNumber - PostgresEpochDay : null);

    public void Boolean(bool value)
    {
        var span = target.GetSpan(5);
        BinaryPrimitives.WriteInt32BigEndian(span, 1);
        span[4] = value ? (byte)1 : (byte)0;
        target.Advance(5);
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        BinaryPrimitives.WriteInt32BigEndian(target.GetSpan(4), bytes.Length);
        target.Advance(4);
        target.Write(bytes);
    }

    void Null()
    {
        BinaryPrimitives.WriteInt32BigEndian(target.GetSpan(4), -1);
        target.Advance(4);
    }

    public void WriteInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(target.GetSpan(2), value);
        target.Advance(2);
    }
}
