namespace CityLoop.Ledger;

/// <summary>
/// Every id and claim that was ever used, with its journal number and a digest of its content. Open addressing:
/// 32 bytes an entry and no objects, because a city has hundreds of millions of them.
/// </summary>
sealed class IdTable
{
    Slot[] _slots = new Slot[1 << 10];

    public int Count { get; private set; }

    public bool TryFind(Guid id, out long sequence, out ulong digest)
    {
        var mask = _slots.Length - 1;
        for (var i = Hash(id) & mask; ; i = (i + 1) & mask)
        {
            ref readonly var slot = ref _slots[i];
            if (slot.Sequence == 0)
            {
                sequence = 0;
                digest = 0;
                return false;
            }

            if (slot.Id == id)
            {
                sequence = slot.Sequence;
                digest = slot.Digest;
                return true;
            }
        }
    }

    public bool Contains(Guid id) => TryFind(id, out _, out _);

    /// <summary>Adds an id that is not there yet.</summary>
    public void Add(Guid id, long sequence, ulong digest)
    {
        // Three quarters full at most: longer probes cost more than the memory saved.
        if ((Count + 1) * 4L > _slots.Length * 3L)
            Grow();
        Place(_slots, new Slot(id, sequence, digest));
        Count++;
    }

    public IdTable Copy() => new() { _slots = (Slot[])_slots.Clone(), Count = Count };

    /// <summary>All entries in one order that does not depend on how the table grew.</summary>
    public Slot[] InOrder()
    {
        var used = new Slot[Count];
        var next = 0;
        foreach (var slot in _slots)
            if (slot.Sequence != 0)
                used[next++] = slot;
        Array.Sort(used, static (a, b) => a.Sequence != b.Sequence
            ? a.Sequence.CompareTo(b.Sequence)
            : a.Id.CompareTo(b.Id));
        return used;
    }

    void Grow()
    {
        var bigger = new Slot[_slots.Length * 2];
        foreach (var slot in _slots)
            if (slot.Sequence != 0)
                Place(bigger, slot);
        _slots = bigger;
    }

    static void Place(Slot[] slots, Slot slot)
    {
        var mask = slots.Length - 1;
        var i = Hash(slot.Id) & mask;
        while (slots[i].Sequence != 0)
            i = (i + 1) & mask;
        slots[i] = slot;
    }

    // Guid's own hash code is a plain XOR of its parts; ids that count upwards would cluster.
    static int Hash(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        var low = BitConverter.ToUInt64(bytes);
        var high = BitConverter.ToUInt64(bytes[8..]);
        return (int)(Mixing.Mix(low ^ Mixing.Mix(high)) >> 33);
    }

    public readonly record struct Slot(Guid Id, long Sequence, ulong Digest);
}
