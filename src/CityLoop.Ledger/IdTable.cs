using System.Runtime.InteropServices;

namespace CityLoop.Ledger;

/// <summary>
/// Every id and claim that was ever used, with its journal number and a digest of its content. Open addressing in
/// 4,096 parts that grow one by one and are shared with a copy until written: neither growth nor a snapshot ever
/// stops the writer for longer than one part takes. 28 bytes an id and no objects, because a city has hundreds of
/// millions of them.
/// </summary>
sealed class IdTable
{
    const int PartBits = 12, PartCount = 1 << PartBits, FirstSlots = 8;

    readonly Part[] _parts;

    public IdTable() => _parts = new Part[PartCount];

    IdTable(Part[] parts, int count)
    {
        _parts = parts;
        Count = count;
    }

    public int Count { get; private set; }

    /// <summary>The digest as it is kept: 48 bits; chance makes two contents one in 280 billion times.</summary>
    public static ulong Kept(ulong digest) => digest & ((1UL << 48) - 1);

    public bool TryFind(Guid id, out long sequence, out ulong digest)
    {
        var hash = Hash(id);
        var slots = _parts[PartOf(hash)].Slots;
        if (slots is not null)
            for (var i = StartIn(slots, hash); !slots[i].IsFree; i = Next(slots, i))
                if (slots[i].Id == id)
                {
                    (sequence, digest) = (slots[i].Sequence, slots[i].Digest);
                    return true;
                }

        (sequence, digest) = (0, 0);
        return false;
    }

    public bool Contains(Guid id) => TryFind(id, out _, out _);

    /// <summary>Adds an id that is not there yet.</summary>
    public void Add(Guid id, long sequence, ulong digest)
    {
        var hash = Hash(id);
        ref var part = ref _parts[PartOf(hash)];
        MakeRoom(ref part);
        Place(part.Slots!, new Slot(id, sequence, Kept(digest)), hash);
        part.Used++;
        Count++;
    }

    /// <summary>Takes an id out again that was added by a linked set that did not stand.</summary>
    public void Remove(Guid id)
    {
        var hash = Hash(id);
        ref var part = ref _parts[PartOf(hash)];
        MakeRoom(ref part);
        var slots = part.Slots!;
        var hole = StartIn(slots, hash);
        while (slots[hole].Id != id || slots[hole].IsFree)
            hole = Next(slots, hole);

        // What follows without a gap moves up where it may, so that no search ends too early.
        for (var i = Next(slots, hole); !slots[i].IsFree; i = Next(slots, i))
        {
            var home = StartIn(slots, Hash(slots[i].Id));
            var stays = hole <= i ? hole < home && home <= i : hole < home || home <= i;
            if (stays)
                continue;
            slots[hole] = slots[i];
            hole = i;
        }

        slots[hole] = default;
        part.Used--;
        Count--;
    }

    /// <summary>The same ids for a second owner.</summary>
    public IdTable Share()
    {
        for (var i = 0; i < _parts.Length; i++)
            _parts[i].IsShared = true;
        return new IdTable((Part[])_parts.Clone(), Count);
    }

    /// <summary>
    /// All entries in one order that does not depend on how the table grew: part by part, so that nobody needs a second
    /// table's memory for it.
    /// </summary>
    public IEnumerable<Slot> InOrder()
    {
        foreach (var part in _parts)
        {
            if (part.Used == 0)
                continue;
            var used = Array.FindAll(part.Slots!, slot => !slot.IsFree);
            Array.Sort(used, static (a, b) => a.Sequence != b.Sequence
                ? a.Sequence.CompareTo(b.Sequence)
                : a.Id.CompareTo(b.Id));
            foreach (var slot in used)
                yield return slot;
        }
    }

    /// <summary>Room for one more, in slots of our own. Seven eighths full at most: probes stay short.</summary>
    static void MakeRoom(ref Part part)
    {
        if (part.Slots is null)
            part.Slots = new Slot[FirstSlots];
        else if ((part.Used + 1) * 8L > part.Slots.Length * 7L)
            Grow(ref part);
        else if (part.IsShared)
            part.Slots = (Slot[])part.Slots.Clone();
        part.IsShared = false;
    }

    static void Grow(ref Part part)
    {
        // By a quarter: a table that doubles is half empty most of its life.
        var bigger = new Slot[part.Slots!.Length + part.Slots.Length / 4 + FirstSlots];
        foreach (var slot in part.Slots)
            if (!slot.IsFree)
                Place(bigger, slot, Hash(slot.Id));
        part.Slots = bigger;
    }

    static void Place(Slot[] slots, in Slot slot, ulong hash)
    {
        var i = StartIn(slots, hash);
        while (!slots[i].IsFree)
            i = Next(slots, i);
        slots[i] = slot;
    }

    static int PartOf(ulong hash) => (int)(hash >> (64 - PartBits));

    /// <summary>Multiplying and keeping the high half spreads over any length without a division (D. Lemire).</summary>
    static int StartIn(Slot[] slots, ulong hash) => (int)(((hash & uint.MaxValue) * (ulong)slots.Length) >> 32);

    static int Next(Slot[] slots, int i) => i + 1 == slots.Length ? 0 : i + 1;

    static ulong Hash(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Mixing.Mix(BitConverter.ToUInt64(bytes) ^ Mixing.Mix(BitConverter.ToUInt64(bytes[8..])));
    }

    struct Part
    {
        public Slot[]? Slots;
        public int Used;
        public bool IsShared;
    }

    /// <summary>16 bytes of id, 48 bits of journal number, 48 bits of digest.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public readonly struct Slot(Guid id, long sequence, ulong digest)
    {
        readonly uint _sequenceLow = unchecked((uint)sequence);
        readonly uint _digestLow = unchecked((uint)digest);
        readonly ushort _sequenceHigh = unchecked((ushort)(sequence >> 32));
        readonly ushort _digestHigh = unchecked((ushort)(digest >> 32));

        public Guid Id { get; } = id;

        public bool IsFree => _sequenceLow == 0 && _sequenceHigh == 0;

        public long Sequence => ((long)_sequenceHigh << 32) | _sequenceLow;

        public ulong Digest => ((ulong)_digestHigh << 32) | _digestLow;
    }
}
