using System.Text;

namespace CityLoop.Ledger;

/// <summary>The books as bytes, little-endian: one form for one content, whatever way they came about.</summary>
public sealed partial class LedgerState
{
    static readonly byte[] Mark = "CityLoop.5"u8.ToArray();

    /// <summary>Writes the books. Whoever keeps the bytes keeps their SHA-256 beside them.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(Sequence);
        writer.Write(LastAt.UtcTicks);
        writer.Write(_day);
        SaveCurrencies(writer);
        writer.Write(AccountCount);
        for (var i = 1; i <= AccountCount; i++)
            SaveAccount(writer, _accounts[i]);
        SaveBounds(writer);
        SaveHolds(writer);
        SaveLimits(writer);
        SavePayments(writer);
        SaveGone(writer);

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
                throw new InvalidDataException("These bytes are not a snapshot of the books as this version has them.");
            state.Sequence = reader.ReadInt64();
            state.LastAt = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
            state._day = reader.ReadInt32();
            state.LoadCurrencies(reader);
            state.LoadAccounts(reader);
            state.LoadBounds(reader);
            state.LoadHolds(reader);
            state.LoadLimits(reader);
            state.LoadPayments(reader);
            state.LoadGone(reader);
            var ids = reader.ReadInt32();
            // A city's worth: a count in damaged bytes must not take all the memory there is.
            if (ids is > 100_000 and < 50_000_000)
                state._ids.Reserve(ids);
            for (var left = ids; left > 0; left--)
                state._ids.Add(reader.ReadId(), reader.ReadInt64(), reader.ReadUInt64());
            return state;
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("The snapshot of the books cannot be read to its end.", e);
        }
    }

    void SaveCurrencies(BinaryWriter writer)
    {
        writer.Write(_currencies.Count);
        foreach (var currency in Currencies)
        {
            writer.Write(currency.Id.Value);
            writer.Write(currency.Code);
            writer.Write(currency.Scale);
            writer.Write(currency.Outstanding);
            writer.Write(currency.Funding);
            writer.Write(currency.MayBeGiven);
            writer.Write(currency.IsBacked);
            writer.Write(currency.DecayPerMonth);
        }
    }

    void LoadCurrencies(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var number = reader.ReadInt16();
            var currency = new CurrencyView(
                new CurrencyId(number), reader.ReadString(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64())
            {
                MayBeGiven = reader.ReadBoolean(),
                IsBacked = reader.ReadBoolean(),
                DecayPerMonth = reader.ReadInt32(),
            };
            _currencies.Add(number, currency);
            _anyDecays |= currency.DecayPerMonth > 0;
        }
    }

    void SaveAccount(BinaryWriter writer, in AccountRow row)
    {
        writer.Write(row.Balance);
        writer.Write(row.LastSequence);
        writer.Write(row.OpenedSequence);
        writer.Write(row.Currency);
        writer.Write(row.KindAndLevel);
        writer.Write((byte)row.Status);
        for (var i = row.FirstLot; i != 0; i = _lots[i].Next)
        {
            writer.Write(_lots[i].LastDay);
            writer.Write(_lots[i].Budget);
            writer.Write(_lots[i].Amount);
            writer.Write(_lots[i].Month);
        }

        writer.Write(-1); // no lot has a negative last day: the chain ends
    }

    void LoadAccounts(BinaryReader reader)
    {
        AccountCount = reader.ReadInt32();
        var lots = new List<(int LastDay, int Budget, long Amount, short Month)>();
        for (var i = 1; i <= AccountCount; i++)
        {
            var row = new AccountRow(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), 0,
                reader.ReadInt16(), reader.ReadByte(), (AccountStatus)reader.ReadByte());
            lots.Clear();
            for (var lastDay = reader.ReadInt32(); lastDay >= 0; lastDay = reader.ReadInt32())
                lots.Add((lastDay, reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt16()));
            // From the last one on: each is put in front of the chain without walking it.
            for (var lot = lots.Count - 1; lot >= 0; lot--)
                row.FirstLot = _lots.Add(
                    row.FirstLot, lots[lot].LastDay, lots[lot].Budget, lots[lot].Amount, lots[lot].Month);
            _accounts.Writable(i) = row;
        }
    }

    void SaveBounds(BinaryWriter writer)
    {
        writer.Write(_bounds.Count);
        foreach (var (account, (minimum, maximum)) in _bounds.OrderBy(b => b.Key))
        {
            writer.Write(account);
            writer.Write(minimum);
            writer.Write(maximum);
        }
    }

    void LoadBounds(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
            _bounds.Add(reader.ReadInt32(), (reader.ReadNumber(), reader.ReadNumber()));
    }

    void SaveHolds(BinaryWriter writer)
    {
        writer.Write(_holds.Count);
        foreach (var (sequence, hold) in _holds)
        {
            writer.Write(sequence);
            writer.Write(hold.Id.ToByteArray());
            writer.Write(hold.Debit.Value);
            writer.Write(hold.Credit.Value);
            writer.Write(hold.Amount);
            writer.Write((short)hold.Code);
            writer.Write(hold.Until.UtcTicks);
            writer.Write(hold.Day);
            writer.Write(hold.Reference);
            writer.Write(hold.Lots);
        }
    }

    void LoadHolds(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var sequence = reader.ReadInt64();
            var (id, debit, credit) = (reader.ReadId(), reader.ReadInt32(), reader.ReadInt32());
            var (amount, code) = (reader.ReadInt64(), (TransferCode)reader.ReadInt16());
            var (until, day) = (new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), reader.ReadInt32());
            var reference = reader.ReadReference();
            _holds.Add(sequence, new OpenHold(
                id, new AccountId(debit), new AccountId(credit), amount, code, until, reader.ReadLots(), day)
            {
                Reference = reference,
            });
            _held[debit] = _held.GetValueOrDefault(debit) + amount;
        }
    }

    void SaveLimits(BinaryWriter writer)
    {
        writer.Write(_limits.All.Count());
        foreach (var limit in _limits.All)
        {
            writer.Write(limit.Number);
            writer.Write(limit.Currency.Value);
            writer.Write((short)limit.Code);
            writer.Write((byte)limit.Per);
            writer.Write((byte)limit.Period);
            writer.Write(limit.Max);
            writer.Write(limit.Reference);
            writer.Write((sbyte)(limit.UpToLevel ?? -1));
        }

        var used = _limits.Used
            .OrderBy(u => (u.Key.Limit, u.Key.Debit, u.Key.Credit, u.Key.Reference)).ToList();
        writer.Write(used.Count);
        foreach (var (key, amount) in used)
        {
            writer.Write(key.Limit);
            writer.Write(key.Debit);
            writer.Write(key.Credit);
            writer.Write(key.Reference.ToByteArray());
            writer.Write(amount);
        }
    }

    void LoadLimits(BinaryReader reader)
    {
        _limits.LoadDay(_day);
        for (var left = reader.ReadInt32(); left > 0; left--)
            _limits.Load(new Limit(
                reader.ReadInt16(), new CurrencyId(reader.ReadInt16()), (TransferCode)reader.ReadInt16(),
                (LimitPer)reader.ReadByte(), (LimitPeriod)reader.ReadByte(), reader.ReadNumber())
            {
                Reference = reader.ReadReference(),
                UpToLevel = reader.ReadSByte() is >= 0 and var level ? level : null,
            });
        for (var left = reader.ReadInt32(); left > 0; left--)
            _limits.Load(
                new LimitTable.Key(reader.ReadInt16(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadId()),
                reader.ReadInt64());
    }

    void SavePayments(BinaryWriter writer)
    {
        writer.Write(_payments.ForgottenUpTo);
        writer.Write(_payments.Count);
        for (var (i, end) = _payments.Range; i < end; i++)
        {
            ref readonly var payment = ref _payments[i];
            writer.Write(payment.Sequence);
            writer.Write(payment.Debit);
            writer.Write(payment.Credit);
            writer.Write(payment.Amount);
            writer.Write((short)payment.Code);
            writer.Write(payment.Reversed);
            writer.Write(payment.Day);
            writer.Write(payment.Rebate);
            writer.Write(_payments.ReferenceOf(i));
            writer.Write([.. _payments.LotsOf(i)]);
        }
    }

    void LoadPayments(BinaryReader reader)
    {
        _payments.LoadForgotten(reader.ReadInt64());
        for (var left = reader.ReadInt64(); left > 0; left--)
        {
            var row = new PaymentTable.Row(
                reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(),
                (TransferCode)reader.ReadInt16(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt64());
            var reference = reader.ReadReference();
            _payments.Add(row, reader.ReadLots(), reference);
        }
    }
}
