namespace CityLoop.Ledger;

/// <summary>How values that may be absent, and lots, stand in a snapshot.</summary>
static class BookBytes
{
    public static void Write(this BinaryWriter writer, IReadOnlyList<Lot> lots)
    {
        writer.Write(lots.Count);
        foreach (var lot in lots)
        {
            writer.Write(lot.LastDay?.DayNumber ?? LotPool.NoEnd);
            writer.Write(lot.Budget.Value);
            writer.Write(lot.Amount);
        }
    }

    public static List<Lot> ReadLots(this BinaryReader reader)
    {
        var lots = new List<Lot>();
        for (var left = reader.ReadInt32(); left > 0; left--)
            {
            var lastDay = reader.ReadInt32();
            lots.Add(new Lot(
                lastDay == LotPool.NoEnd ? null : DateOnly.FromDayNumber(lastDay),
                new AccountId(reader.ReadInt32()), reader.ReadInt64()));
        }

        return lots;
    }

    public static void Write(this BinaryWriter writer, long? number)
    {
        writer.Write(number is not null);
        writer.Write(number ?? 0);
    }

    public static long? ReadNumber(this BinaryReader reader)
    {
        var (isThere, number) = (reader.ReadBoolean(), reader.ReadInt64());
        return isThere ? number : null;
    }

    public static void Write(this BinaryWriter writer, Guid? reference)
    {
        writer.Write(reference is not null);
        writer.Write((reference ?? Guid.Empty).ToByteArray());
    }

    public static Guid? ReadReference(this BinaryReader reader)
    {
        var (isThere, reference) = (reader.ReadBoolean(), reader.ReadId());
        return isThere ? reference : null;
    }

    public static Guid ReadId(this BinaryReader reader)
    {
        Span<byte> id = stackalloc byte[16];
        reader.BaseStream.ReadExactly(id);
        return new Guid(id);
    }
}
