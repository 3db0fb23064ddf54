using System.Buffers;
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
        + "reverses, claim, reference, effective_at, currency, account_kind, currency_code, scale, "
        + "at_most, earned_by, hold, until, detail";

    /// <summary>All columns, the leaf hash's beginning among them.</summary>
    public const string ColumnsToWrite = Columns + ", leaf";

    const short ColumnCount = 26;
    const short CurrencyDefined = 1, AccountOpened = 2, DayBegun = 3, Transferred = 4, HoldPlaced = 5,
        HoldReleased = 6, AccountChanged = 7, LimitSet = 8, LevelSet = 9;

    // "PGCOPY\n", 0xFF, "\r\n", 0; then no flags and no header extension (PostgreSQL documentation, COPY).
    static readonly byte[] Signature =
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>The whole COPY stream of a batch: signature, rows, trailer; the tree takes each row in.</summary>
    public static void Write(ArrayBufferWriter<byte> target, IReadOnlyList<JournalEntry> batch, SealedTree tree)
    {
        var columns = new CopyColumns(target);
        target.Write(Signature);
        for (var i = 0; i < batch.Count; i++)
            columns.Int32(WriteAndTake(target, columns, batch[i], tree));
        columns.WriteInt16(-1);
    }

    /// <summary>
    /// The row as values for an insert: one road to the database and back where COPY takes two, for the caller who is
    /// alone.
    /// </summary>
    public static void Write(
        ArrayBufferWriter<byte> scratch, NpgsqlParameterCollection parameters, JournalEntry entry, SealedTree tree)
    {
        var leaf = WriteAndTake(scratch, new CopyColumns(scratch), entry, tree);
        var columns = new InsertColumns(parameters);
        WriteRow(ref columns, entry);
        columns.Int32(leaf);
    }

    static int WriteAndTake(
        ArrayBufferWriter<byte> target, CopyColumns columns, JournalEntry entry, SealedTree tree)
    {
        var from = target.WrittenCount;
        columns.WriteInt16(ColumnCount);
        WriteRow(ref columns, entry);
        return tree.Take(target.WrittenSpan[from..]);
    }

    static void WriteRow<T>(ref T columns, JournalEntry entry)
        where T : struct, IColumns
    {
        var transfer = entry.Body as Transfer;
        var hold = entry.Body as PlaceHold;
        var (debit, credit) = AccountsOf(entry.Body);
        columns.Int64(entry.Sequence);
        columns.Timestamp(entry.At);
        columns.Uuid(entry.Body.Id);
        columns.Int64(transfer?.Amount ?? hold?.Amount);
        columns.Int64(debit is null ? null : entry.DebitPrevious);
        columns.Int64(credit is null ? null : entry.CreditPrevious);
        columns.Int32(debit);
        columns.Int32(credit);
        columns.Int16(KindOf(entry.Body));
        columns.Int16((short?)(transfer?.Code ?? hold?.Code));
        columns.Boolean(entry.EndsBatch);
        columns.Date(transfer is null ? (entry.Body as BeginDay)?.Day : transfer.LastDay);
        columns.Uuid(transfer?.Reverses);
        columns.Uuid(transfer?.Claim ?? hold?.Claim);
        columns.Uuid(transfer?.Reference ?? hold?.Reference);
        columns.Timestamp(transfer?.EffectiveAt);
        var currency = entry.Body as DefineCurrency;
        var account = entry.Body as OpenAccount;
        columns.Int16(currency?.Currency.Value ?? account?.Currency.Value);
        columns.Int16((short?)account?.Kind);
        columns.Text(currency?.Code);
        columns.Int16((short?)currency?.Scale);
        columns.Int64(transfer?.AtMost);
        columns.Uuid(transfer?.EarnedBy);
        columns.Uuid(transfer?.Hold ?? (entry.Body as ReleaseHold)?.Hold);
        columns.Timestamp(hold?.Until);
        columns.Text(JournalDetail.Of(entry.Body));
    }

    /// <summary>The accounts whose chains an entry continues.</summary>
    static (int? Debit, int? Credit) AccountsOf(LedgerCommand body) => body switch
    {
        Transfer transfer => (transfer.Debit.Value, transfer.Credit.Value),
        PlaceHold hold => (hold.Debit.Value, hold.Credit.Value),
        ReleaseHold release => (release.Account.Value, null),
        ChangeAccount change => (change.Account.Value, null),
        SetLevel level => (level.Account.Value, null),
        _ => (null, null),
    };

    /// <summary>The entries in a COPY of <see cref="Columns"/>.</summary>
    public static List<JournalEntry> Read(ReadOnlySpan<byte> copied)
    {
        var entries = new List<JournalEntry>();
        var columns = new CopiedColumns(copied[Signature.Length..]);
        while (columns.NextRow())
            entries.Add(Read(ref columns));
        return entries;
    }

    static JournalEntry Read(ref CopiedColumns columns)
    {
        var (sequence, at, id) = (columns.Int64()!.Value, columns.Timestamp()!.Value, columns.Uuid()!.Value);
        var (amount, debitPrevious, creditPrevious) = (columns.Int64(), columns.Int64(), columns.Int64());
        var (debit, credit, kind, code) = (columns.Int32(), columns.Int32(), columns.Int16(), columns.Int16());
        var (endsBatch, day) = (columns.Boolean(), columns.Date());
        var (reverses, claim, reference) = (columns.Uuid(), columns.Uuid(), columns.Uuid());
        var (effectiveAt, currency, accountKind) = (columns.Timestamp(), columns.Int16(), columns.Int16());
        var (currencyCode, scale, atMost) = (columns.Text(), columns.Int16(), columns.Int64());
        var (earnedBy, hold, until, detail) =
            (columns.Uuid(), columns.Uuid(), columns.Timestamp(), columns.Text());
        LedgerCommand body = kind switch
        {
            Transferred => new Transfer(
                id, new AccountId(debit!.Value), new AccountId(credit!.Value), amount!.Value, (TransferCode)code!.Value)
            {
                LastDay = day, Reverses = reverses, Claim = claim, Reference = reference, EffectiveAt = effectiveAt,
                AtMost = atMost, EarnedBy = earnedBy, Hold = hold,
            },
            AccountOpened => new OpenAccount(id, new CurrencyId(currency!.Value), (AccountKind)accountKind!.Value),
            DayBegun => new BeginDay(id, day!.Value),
            HoldPlaced => new PlaceHold(
                id, new AccountId(debit!.Value), new AccountId(credit!.Value), amount!.Value, (TransferCode)code!.Value,
                until!.Value)
            {
                Claim = claim, Reference = reference,
            },
            HoldReleased => new ReleaseHold(id, hold!.Value, new AccountId(debit!.Value)),
            AccountChanged or LimitSet or LevelSet => JournalDetail.Read(detail!),
            CurrencyDefined => JournalDetail.WithRules(
                new DefineCurrency(id, new CurrencyId(currency!.Value), currencyCode!, scale!.Value), detail),
            _ => throw new InvalidDataException($"Journal entry {sequence} is of the unknown kind {kind}."),
        };
        return new JournalEntry(sequence, at, body)
        {
            EndsBatch = endsBatch, DebitPrevious = debitPrevious ?? 0, CreditPrevious = creditPrevious ?? 0,
        };
    }

    /// <summary>The entry in a row that was selected with <see cref="Columns"/>.</summary>
    public static JournalEntry Read(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), ReadBody(row, row.GetGuid(2)))
        {
            EndsBatch = row.GetBoolean(10),
            DebitPrevious = row.IsDBNull(4) ? 0 : row.GetInt64(4),
            CreditPrevious = row.IsDBNull(5) ? 0 : row.GetInt64(5),
        };

    static LedgerCommand ReadBody(NpgsqlDataReader row, Guid id) => row.GetInt16(8) switch
    {
        CurrencyDefined => JournalDetail.WithRules(new DefineCurrency(
            id, new CurrencyId(row.GetInt16(16)), row.GetString(18), row.GetInt16(19)), TextAt(row, 24)),
        AccountOpened => new OpenAccount(id, new CurrencyId(row.GetInt16(16)), (AccountKind)row.GetInt16(17)),
        DayBegun => new BeginDay(id, row.GetFieldValue<DateOnly>(11)),
        Transferred => new Transfer(id, new AccountId(row.GetInt32(6)), new AccountId(row.GetInt32(7)),
            row.GetInt64(3), (TransferCode)row.GetInt16(9))
        {
            LastDay = row.IsDBNull(11) ? null : row.GetFieldValue<DateOnly>(11),
            Reverses = UuidAt(row, 12),
            Claim = UuidAt(row, 13),
            Reference = UuidAt(row, 14),
            EffectiveAt = row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
            AtMost = row.IsDBNull(20) ? null : row.GetInt64(20),
            EarnedBy = UuidAt(row, 21),
            Hold = UuidAt(row, 22),
        },
        HoldPlaced => new PlaceHold(id, new AccountId(row.GetInt32(6)), new AccountId(row.GetInt32(7)),
            row.GetInt64(3), (TransferCode)row.GetInt16(9), row.GetFieldValue<DateTimeOffset>(23))
        {
            Claim = UuidAt(row, 13),
            Reference = UuidAt(row, 14),
        },
        HoldReleased => new ReleaseHold(id, row.GetGuid(22), new AccountId(row.GetInt32(6))),
        AccountChanged or LimitSet or LevelSet => JournalDetail.Read(row.GetString(24)),
        var kind => throw new InvalidDataException($"Journal entry {row.GetInt64(0)} is of the unknown kind {kind}."),
    };

    static Guid? UuidAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    static string? TextAt(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    static short KindOf(LedgerCommand body) => body switch
    {
        DefineCurrency => CurrencyDefined,
        OpenAccount => AccountOpened,
        BeginDay => DayBegun,
        Transfer => Transferred,
        PlaceHold => HoldPlaced,
        ReleaseHold => HoldReleased,
        ChangeAccount => AccountChanged,
        SetLimit => LimitSet,
        SetLevel => LevelSet,
        _ => throw new ArgumentOutOfRangeException(nameof(body), body, "The journal does not know this command."),
    };
}
