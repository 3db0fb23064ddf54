using System.Text;

namespace CityLoop.Ledger;

/// <summary>The books as bytes, little-endian: one form for one content, whatever way they came about.</summary>
public sealed partial class LedgerState
{
    static readonly byte[] Mark = "CityLoop.1"u8.ToArray();

    /// <summary>Writes the books. Whoever keeps the bytes keeps their SHA-256 beside them.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(Sequence);
        writer.Write(LastAt.UtcTicks);
        writer.Write(_day);

        writer.Write(_currencies.Count);
        foreach (var currency in Currencies)
        {
            writer.Write(currency.Id.Value);
            writer.Write(currency.Code);
            writer.Write(currency.Scale);
        }

        writer.Write(AccountCount);
        for (var i = 1; i <= AccountCount; i++)
            SaveAccount(writer, _accounts[i]);

        writer.Write(_payments.Count);
        foreach (var (sequence, payment) in _payments.OrderBy(p => p.Key))
            SavePayment(writer, sequence, payment);

        writer.Write(_ids.Count);
        Span<byte> id = stackalloc byte[16];
        foreach (var slot in _ids.InOrder())
        {
            slot.Id.TryWriteBytes(id);
            writer.Write(id);
            writer.Write(slot.Sequence);
            writer.Write(slot.Digest);
        }
    }

    /// <summary>The bytes that <see cref="Save"/> writes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        Save(stream);
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such books.</exception>
    public static LedgerState Load(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        var state = new LedgerState();
        try
        {
            if (!reader.ReadBytes(Mark.Length).AsSpan().SequenceEqual(Mark))
                throw new InvalidDataException("These bytes are not a snapshot of the books.");
            state.Sequence = reader.ReadInt64();
            state.LastAt = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
            state._day = reader.ReadInt32();
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var number = reader.ReadInt16();
                state._currencies.Add(
                    number, new CurrencyView(new CurrencyId(number), reader.ReadString(), reader.ReadInt32()));
            }

            state.LoadAccounts(reader);
            for (var left = reader.ReadInt32(); left > 0; left--)
                state.LoadPayment(reader);
            for (var left = reader.ReadInt32(); left > 0; left--)
                state._ids.Add(ReadId(reader), reader.ReadInt64(), reader.ReadUInt64());
            return state;
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("The snapshot of the books cannot be read to its end.", e);
        }
    }

    void SaveAccount(BinaryWriter writer, in AccountRow row)
    {
        writer.Write(row.Balance);
        writer.Write(row.LastSequence);
        writer.Write(row.OpenedSequence);
        writer.Write(row.Currency);
        writer.Write((short)row.Kind);
        for (var i = row.FirstLot; i != 0; i = _lots[i].Next)
        {
            writer.Write(_lots[i].LastDay);
            writer.Write(_lots[i].Budget);
            writer.Write(_lots[i].Amount);
        }

        writer.Write(-1); // no lot has a negative last day: the chain ends
    }

    void LoadAccounts(BinaryReader reader)
    {
        AccountCount = reader.ReadInt32();
        _accounts = new AccountRow[Math.Max(256, AccountCount + AccountCount / 4 + 2)];
        for (var i = 1; i <= AccountCount; i++)
        {
            var row = new AccountRow(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), 0,
                reader.ReadInt16(), (AccountKind)reader.ReadInt16());
            for (var lastDay = reader.ReadInt32(); lastDay >= 0; lastDay = reader.ReadInt32())
                row.FirstLot = _lots.Add(row.FirstLot, lastDay, reader.ReadInt32(), reader.ReadInt64());
            _accounts[i] = row;
        }
    }

    static void SavePayment(BinaryWriter writer, long sequence, in Payment payment)
    {
        writer.Write(sequence);
        writer.Write(payment.Debit);
        writer.Write(payment.Credit);
        writer.Write(payment.Amount);
        writer.Write(payment.IsReversed);
        writer.Write(payment.Lots.Length);
        foreach (var lot in payment.Lots)
        {
            writer.Write(ToNumber(lot.LastDay));
            writer.Write(lot.Budget.Value);
            writer.Write(lot.Amount);
        }
    }

    void LoadPayment(BinaryReader reader)
    {
        var sequence = reader.ReadInt64();
        var (debit, credit, amount) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64());
        var isReversed = reader.ReadBoolean();
        var lots = new Lot[reader.ReadInt32()];
        for (var i = 0; i < lots.Length; i++)
            lots[i] = new Lot(ToDay(reader.ReadInt32()), new AccountId(reader.ReadInt32()), reader.ReadInt64());
        _payments.Add(sequence, new Payment(debit, credit, amount, isReversed, lots));
    }

    static Guid ReadId(BinaryReader reader)
    {
        Span<byte> id = stackalloc byte[16];
        reader.BaseStream.ReadExactly(id);
        return new Guid(id);
    }
}
