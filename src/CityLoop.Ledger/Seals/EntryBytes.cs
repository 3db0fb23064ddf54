using System.Buffers.Binary;

namespace CityLoop.Ledger.Seals;

/// <summary>How a field's value is written; all numbers big-endian, two's complement.</summary>
public enum FieldForm
{
    /// <summary>8 bytes.</summary>
    Int64,

    /// <summary>4 bytes.</summary>
    Int32,

    /// <summary>2 bytes.</summary>
    Int16,

    /// <summary>1 byte, 0 or 1.</summary>
    Boolean,

    /// <summary>16 bytes in the order in which a UUID is written down.</summary>
    Uuid,

    /// <summary>8 bytes: microseconds since 2000-01-01T00:00:00Z.</summary>
    Instant,

    /// <summary>4 bytes: days since 2000-01-01.</summary>
    Date,

    /// <summary>4 bytes of length, then UTF-8.</summary>
    Text,
}

/// <summary>A column of the journal as it stands in an entry's bytes.</summary>
public sealed record EntryField(string Name, FieldForm Form);

/// <summary>
/// The bytes of an entry, from which its leaf hash is made: a version byte, eight bytes in which bit n says whether
/// field n is there, then the values of the fields that are, in the order of their numbers. They are the stored row
/// and nothing but the row, so that no column can change unseen, and a new column changes no older entry's bytes.
/// <c>docs/reference/ledger-proofs.md</c> describes them for other programs.
/// </summary>
public static class EntryBytes
{
    /// <summary>The first byte.</summary>
    public const byte Version = 1;

    /// <summary>The bytes in front of the first value.</summary>
    public const int HeadBytes = 9;

    /// <summary>
    /// Every column of the journal but the leaf itself; the number of a field is its place here. New ones come to the
    /// end, and none ever goes or moves: the bytes of the old entries depend on it.
    /// </summary>
    public static readonly IReadOnlyList<EntryField> Fields =
    [
        new("sequence", FieldForm.Int64),
        new("at", FieldForm.Instant),
        new("id", FieldForm.Uuid),
        new("amount", FieldForm.Int64),
        new("debit_previous", FieldForm.Int64),
        new("credit_previous", FieldForm.Int64),
        new("debit", FieldForm.Int32),
        new("credit", FieldForm.Int32),
        new("kind", FieldForm.Int16),
        new("code", FieldForm.Int16),
        new("ends_batch", FieldForm.Boolean),
        new("day", FieldForm.Date),
        new("reverses", FieldForm.Uuid),
        new("claim", FieldForm.Uuid),
        new("reference", FieldForm.Uuid),
        new("effective_at", FieldForm.Instant),
        new("currency", FieldForm.Int16),
        new("account_kind", FieldForm.Int16),
        new("currency_code", FieldForm.Text),
        new("scale", FieldForm.Int16),
        new("at_most", FieldForm.Int64),
        new("earned_by", FieldForm.Uuid),
        new("hold", FieldForm.Uuid),
        new("until", FieldForm.Instant),
        new("detail", FieldForm.Text),
    ];

    static readonly bool[] HasLength = [.. Fields.Select(field => field.Form == FieldForm.Text)];

    /// <summary>
    /// Writes the bytes of a row that stands in PostgreSQL's binary COPY form: a count of columns, then each with its
    /// length (-1 for none) and value; the columns are <see cref="Fields"/>, in order, and perhaps more.
    /// </summary>
    /// <param name="target">As long as the row is always long enough.</param>
    /// <returns>How many bytes were written.</returns>
    public static int OfRow(ReadOnlySpan<byte> row, Span<byte> target)
    {
        var present = 0UL;
        var (from, to) = (sizeof(short), HeadBytes);
        for (var field = 0; field < HasLength.Length; field++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(row[from..]);
            from += sizeof(int);
            if (length < 0)
                continue;
            present |= 1UL << field;
            if (HasLength[field])
            {
                BinaryPrimitives.WriteInt32BigEndian(target[to..], length);
                to += sizeof(int);
            }

            row.Slice(from, length).CopyTo(target[to..]);
            from += length;
            to += length;
        }

        target[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(target[1..], present);
        return to;
    }
}
