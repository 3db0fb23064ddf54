using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.Ledger.Seals;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>
/// The journal's entries as rows: written in PostgreSQL's binary COPY form by hand, because going through a parameter
/// per column costs more than deciding the transfer.
/// </summary>
static class JournalRows
{
    public const string Columns =
        "sequence, at, id, amount, debit_previous, credit_previous, debit, credit, kind, code, ends_batch, day, "
        + "reverses, claim, reference, effective_at, currency, account_kind, currency_code, scale";

    /// <summary>All columns, the leaf hash's beginning among them.</summary>
    public const string ColumnsToWrite = Columns + ", leaf";

    const short ColumnCount = 21;
    const short CurrencyDefined = 1, AccountOpened = 2, DayBegun = 3, Transferred = 4;

    // "PGCOPY\n", 0xFF, "\r\n", 0; then no flags and no header extension (PostgreSQL documentation, COPY).
    static readonly byte[] Signature =
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0];

    static readonly long PostgresEpochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    static readonly int PostgresEpochDay = new DateOnly(2000, 1, 1).DayNumber;

    /// <summary>The whole COPY stream of a batch: signature, rows, trailer; the tree takes each row in.</summary>
    public static void Write(ArrayBufferWriter<byte> target, IReadOnlyList<JournalEntry> batch, SealedTree tree)
    {
        target.Write(Signature);
        for (var i = 0; i < batch.Count; i++)
        {
            var from = target.WrittenCount;
            WriteRow(target, batch[i]);
            Int32(target, tree.Take(target.WrittenSpan[from..]));
        }

        WriteInt16(target, -1);
    }

    static void WriteRow(IBufferWriter<byte> target, JournalEntry entry)
    {
        var transfer = entry.Body as Transfer;
        WriteInt16(target, ColumnCount);
        Int64(target, entry.Sequence);
        Timestamp(target, entry.At);
        Uuid(target, entry.Body.Id);
        Int64(target, transfer?.Amount);
        Int64(target, transfer is null ? null : entry.DebitPrevious);
        Int64(target, transfer is null ? null : entry.CreditPrevious);
        Int32(target, transfer?.Debit.Value);
        Int32(target, transfer?.Credit.Value);
        Int16(target, KindOf(entry.Body));
        Int16(target, (short?)transfer?.Code);
        Boolean(target, entry.EndsBatch);
        Date(target, transfer is null ? (entry.Body as BeginDay)?.Day : transfer.LastDay);
        Uuid(target, transfer?.Reverses);
        Uuid(target, transfer?.Claim);
        Uuid(target, transfer?.Reference);
        Timestamp(target, transfer?.EffectiveAt);
        var currency = entry.Body as DefineCurrency;
        var account = entry.Body as OpenAccount;
        Int16(target, currency?.Currency.Value ?? account?.Currency.Value);
        Int16(target, (short?)account?.Kind);
        Text(target, currency?.Code);
        Int16(target, (short?)currency?.Scale);
    }

    /// <summary>The entry in a row that was selected with <see cref="Columns"/>.</summary>
    public static JournalEntry Read(NpgsqlDataReader row)
    {
        var id = row.GetGuid(2);
        LedgerCommand body = row.GetInt16(8) switch
        {
            CurrencyDefined => new DefineCurrency(
                id, new CurrencyId(row.GetInt16(16)), row.GetString(18), row.GetInt16(19)),
            AccountOpened => new OpenAccount(id, new CurrencyId(row.GetInt16(16)), (AccountKind)row.GetInt16(17)),
            DayBegun => new BeginDay(id, row.GetFieldValue<DateOnly>(11)),
            Transferred => new Transfer(id, new AccountId(row.GetInt32(6)), new AccountId(row.GetInt32(7)),
                row.GetInt64(3), (TransferCode)row.GetInt16(9))
            {
                LastDay = row.IsDBNull(11) ? null : row.GetFieldValue<DateOnly>(11),
                Reverses = row.IsDBNull(12) ? null : row.GetGuid(12),
                Claim = row.IsDBNull(13) ? null : row.GetGuid(13),
                Reference = row.IsDBNull(14) ? null : row.GetGuid(14),
                EffectiveAt = row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
            },
            var kind => throw new InvalidDataException(
                $"Journal entry {row.GetInt64(0)} is of the unknown kind {kind}."),
        };
        return new JournalEntry(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), body)
        {
            EndsBatch = row.GetBoolean(10),
            DebitPrevious = row.IsDBNull(4) ? 0 : row.GetInt64(4),
            CreditPrevious = row.IsDBNull(5) ? 0 : row.GetInt64(5),
        };
    }

    static short KindOf(LedgerCommand body) => body switch
    {
        DefineCurrency => CurrencyDefined,
        OpenAccount => AccountOpened,
        BeginDay => DayBegun,
        Transfer => Transferred,
        _ => throw new ArgumentOutOfRangeException(nameof(body), body, "The journal does not know this command."),
    };

    static void Int64(IBufferWriter<byte> target, long? value)
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

    static void Int32(IBufferWriter<byte> target, int? value)
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

    static void Int16(IBufferWriter<byte> target, short? value)
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

    static void Uuid(IBufferWriter<byte> target, Guid? value)
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

    static void Timestamp(IBufferWriter<byte> target, DateTimeOffset? value) =>
        Int64(target, value is { } known
            ? (known.UtcTicks - PostgresEpochTicks) / TimeSpan.TicksPerMicrosecond
            : null);

    static void Date(IBufferWriter<byte> target, DateOnly? value) =>
        Int32(target, value is { } known ? known.DayNumber - PostgresEpochDay : null);

    static void Boolean(IBufferWriter<byte> target, bool value)
    {
        var span = target.GetSpan(5);
        BinaryPrimitives.WriteInt32BigEndian(span, 1);
        span[4] = value ? (byte)1 : (byte)0;
        target.Advance(5);
    }

    static void Text(IBufferWriter<byte> target, string? value)
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

    static void WriteInt16(IBufferWriter<byte> target, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(target.GetSpan(2), value);
        target.Advance(2);
    }
}
