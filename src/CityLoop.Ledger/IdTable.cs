using System.Runtime.InteropServices;

namespace CityLoop.Ledger;

/// <summary>
/// Every id and claim that was ever used, with its journal number and a digest of its content. Open addressing in
/// 4,096 parts that grow one by one, in pages that are shared with a copy until written: neither growth nor a snapshot
/// stops the writer for longer than a part takes. 28 bytes an id and no objects, because a city has hundreds of
/// millions of them.
/// </summary>
sealed class IdTable
{
    const int PartBits = 12, PartCount = 1 << PartBits;

    readonly PageStore<Slot> _own;
    readonly Part[] _parts;
    PageStore<Slot> _store;

    public IdTable(BookCopies copies)
        : this(copies, new Part[PartCount])
    {
    }

    IdTable(BookCopies copies, Part[] parts) => (_parts, _own) = (parts, _store = new(copies));

    public int Count { get; private set; }

    /// <summary>The digest as it is kept: 48 bits; chance makes two contents one in 280 billion times.</summary>
    public static ulong Kept(ulong digest) => digest & ((1UL << 48) - 1);

    public bool TryFind(Guid id, out long sequence, out ulong digest)
    {
        var hash = Hash(id);
        ref readonly var part = ref _parts[PartOf(hash)];
        if (part.Length > 0)
        {
            for (var i = part.StartOf(hash); !part.Read(_store, i).IsFree; i = part.Next(i))
            {
                ref readonly var slot = ref part.Read(_store, i);
                if (slot.Id != id)
                    continue;
                (sequence, digest) = (slot.Sequence, slot.Digest);
                return true;
            }
        }

        (sequence, digest) = (0, 0);
        return false;
    }

    /// <summary>Brings the place of an id near to the processor.</summary>
    public long Touch(Guid id)
    {
        var hash = Hash(id);
        ref readonly var part = ref _parts[PartOf(hash)];
        return part.Length == 0 ? 0 : part.Read(_store, part.StartOf(hash)).Sequence;
    }

    public bool Contains(Guid id) => TryFind(id, out _, out _);

    /// <summary>Makes room for so many ids at once, in a table that is empty.</summary>
    public void Reserve(int ids)
    {
        for (var i = 0; i < _parts.Length; i++)
            _parts[i].Grow(_own, (int)(ids * 1.2 / PartCount));
    }

    /// <summary>Adds an id that is not there yet.</summary>
    public void Add(Guid id, long sequence, ulong digest)
    {
        Own();
        var hash = Hash(id);
        ref var part = ref _parts[PartOf(hash)];
        // Seven eighths full at most: probes stay short. By a quarter: tables that double are half empty most of their
        // lives.
        if ((part.Used + 1) * 8L > part.Length * 7L)
            part.Grow(_own, part.Length + part.Length / 4);
        part.Place(_own, new Slot(id, sequence, Kept(digest)), hash);
        part.Used++;
        Count++;
    }

    /// <summary>Takes an id out again that was added by a linked set that did not stand.</summary>
    public void Remove(Guid id)
    {
        Own();
        var hash = Hash(id);
        ref var part = ref _parts[PartOf(hash)];
        var hole = part.StartOf(hash);
        while (part.Read(_store, hole).Id != id || part.Read(_store, hole).IsFree)
            hole = part.Next(hole);

        // What follows without a gap moves up where it may, so that no search ends too early.
        for (var i = part.Next(hole); !part.Read(_store, i).IsFree; i = part.Next(i))
        {
            var home = part.StartOf(Hash(part.Read(_store, i).Id));
            var stays = hole <= i ? hole < home && home <= i : hole < home || home <= i;
            if (stays)
                continue;
            part.Write(_own, hole) = part.Read(_own, i);
            hole = i;
        }

        part.Write(_own, hole) = default;
        part.Used--;
        Count--;
    }

    /// <summary>The same ids for a copy of the books.</summary>
    public IdTable Share(BookCopies copies)
    {
        Own();
        return new IdTable(copies, [.. _parts]) { _store = _store, Count = Count };
    }

    /// <summary>
    /// All entries in one order that does not depend on how the table grew: part by part, so that nobody needs a second
    /// table's memory for it.
    /// </summary>
    public IEnumerable<Slot> InOrder()
    {
        var slots = new List<Slot>();
        for (var number = 0; number < _parts.Length; number++)
        {
            slots.Clear();
            for (var i = 0; i < _parts[number].Length; i++)
                if (!_parts[number].Read(_store, i).IsFree)
                    slots.Add(_parts[number].Read(_store, i));
            slots.Sort(static (a, b) => a.Sequence != b.Sequence
                ? a.Sequence.CompareTo(b.Sequence)
                : a.Id.CompareTo(b.Id));
            foreach (var slot in slots)
                yield return slot;
        }
    }

    void Own()
    {
        if (ReferenceEquals(_store, _own))
            return;
        for (var i = 0; i < _parts.Length; i++)
            _parts[i].MoveTo(_own, _store);
        _store = _own;
    }

    static int PartOf(ulong hash) => (int)(hash >> (64 - PartBits));

    static ulong Hash(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Mixing.Mix(BitConverter.ToUInt64(bytes) ^ Mixing.Mix(BitConverter.ToUInt64(bytes[8..])));
    }

    /// <summary>A table of its own in small pages: an id costs a copy of a kilobyte, however large the table.</summary>
    struct Part
    {
        const int PageBits = PageStore<Slot>.PageBits, SlotMask = PageStore<Slot>.PageRows - 1;

        PageList<Slot> _pages;

        public int Length { get; private set; }

        public int Used { get; set; }

        public readonly ref readonly Slot Read(PageStore<Slot> store, int i) =>
            ref _pages.Read(store, i >> PageBits, i & SlotMask);

        public ref Slot Write(PageStore<Slot> store, int i) => ref _pages.Write(store, i >> PageBits, i & SlotMask);

        /// <summary>Multiplying and keeping the high half spreads over any length (D. Lemire, 2019).</summary>
        public readonly int StartOf(ulong hash) => (int)(((hash & uint.MaxValue) * (ulong)Length) >> 32);

        public readonly int Next(int i) => i + 1 == Length ? 0 : i + 1;

        public void Place(PageStore<Slot> store, in Slot slot, ulong hash)
        {
            var i = StartOf(hash);
            while (!Read(store, i).IsFree)
                i = Next(i);
            Write(store, i) = slot;
        }

        public void Grow(PageStore<Slot> store, int slots)
        {
            var (before, length) = (_pages, Length);
            var pages = (slots >> PageBits) + 1;
            (_pages, Length) = (new PageList<Slot>(store, pages), pages << PageBits);
            _pages.Fill(store);
            for (var i = 0; i < length; i++)
            {
                ref readonly var slot = ref before.Read(store, i >> PageBits, i & SlotMask);
                if (!slot.IsFree)
                    Place(store, slot, Hash(slot.Id));
            }

            if (length > 0)
                before.GiveBack(store);
        }

        public void MoveTo(PageStore<Slot> other, PageStore<Slot> store)
        {
            if (Length > 0)
                _pages = _pages.MovedTo(other, store);
        }
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
