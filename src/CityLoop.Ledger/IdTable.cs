using System.Runtime.InteropServices;

namespace CityLoop.Ledger;

/// <summary>
/// Every id and claim that was ever used, with its journal number and a digest of its content. Open addressing in
/// 4,096 parts that grow one by one and are shared with a copy until written: neither growth nor a snapshot stops the
/// writer for longer than a part takes. 28 bytes an id and no objects, because a city has hundreds of
/// millions of them.
/// </summary>
sealed class IdTable
{
    const int PartBits = 12, PartCount = 1 << PartBits;

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
        ref readonly var part = ref _parts[PartOf(hash)];
        if (part.Length > 0)
        {
            for (var i = part.StartOf(hash); !part[i].IsFree; i = part.Next(i))
            {
                ref readonly var slot = ref part[i];
                if (slot.Id != id)
                    continue;
                (sequence, digest) = (slot.Sequence, slot.Digest);
                return true;
            }
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
        // Seven eighths full at most: probes stay short.
        if ((part.Used + 1) * 8L > part.Length * 7L)
            part.Grow();
        part.Place(new Slot(id, sequence, Kept(digest)), hash);
        part.Used++;
        Count++;
    }

    /// <summary>Takes an id out again that was added by a linked set that did not stand.</summary>
    public void Remove(Guid id)
    {
        var hash = Hash(id);
        ref var part = ref _parts[PartOf(hash)];
        var hole = part.StartOf(hash);
        while (part[hole].Id != id || part[hole].IsFree)
            hole = part.Next(hole);

        // What follows without a gap moves up where it may, so that no search ends too early.
        for (var i = part.Next(hole); !part[i].IsFree; i = part.Next(i))
        {
            var home = part.StartOf(Hash(part[i].Id));
            var stays = hole <= i ? hole < home && home <= i : hole < home || home <= i;
            if (stays)
                continue;
            part.Writable(hole) = part[i];
            hole = i;
        }

        part.Writable(hole) = default;
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
        var slots = new List<Slot>();
        for (var number = 0; number < _parts.Length; number++)
        {
            slots.Clear();
            for (var i = 0; i < _parts[number].Length; i++)
                if (!_parts[number][i].IsFree)
                    slots.Add(_parts[number][i]);
            slots.Sort(static (a, b) => a.Sequence != b.Sequence
                ? a.Sequence.CompareTo(b.Sequence)
                : a.Id.CompareTo(b.Id));
            foreach (var slot in slots)
                yield return slot;
        }
    }

    static int PartOf(ulong hash) => (int)(hash >> (64 - PartBits));

    static ulong Hash(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Mixing.Mix(BitConverter.ToUInt64(bytes) ^ Mixing.Mix(BitConverter.ToUInt64(bytes[8..])));
    }

    /// <summary>
    /// A table of its own. Its slots stand in small pages, and after a copy each owner copies the list of pages, then
    /// the pages, that it writes: an id costs a kilobyte then, however large the table is.
    /// </summary>
    struct Part
    {
        const int PageBits = 5, PageSlots = 1 << PageBits;

        Slot[][] _pages;
        bool[] _isPageShared;

        public int Length { get; private set; }

        public int Used { get; set; }

        public bool IsShared { get; set; }

        public readonly ref readonly Slot this[int i] => ref _pages[i >> PageBits][i & (PageSlots - 1)];

        /// <summary>Multiplying and keeping the high half spreads over any length (D. Lemire, 2019).</summary>
        public readonly int StartOf(ulong hash) => (int)(((hash & uint.MaxValue) * (ulong)Length) >> 32);

        public readonly int Next(int i) => i + 1 == Length ? 0 : i + 1;

        public ref Slot Writable(int i)
        {
            if (IsShared)
            {
                _pages = (Slot[][])_pages.Clone();
                _isPageShared = new bool[_pages.Length];
                Array.Fill(_isPageShared, true);
                IsShared = false;
            }

            var page = i >> PageBits;
            if (_isPageShared[page])
            {
                _pages[page] = (Slot[])_pages[page].Clone();
                _isPageShared[page] = false;
            }

            return ref _pages[page][i & (PageSlots - 1)];
        }

        public void Place(in Slot slot, ulong hash)
        {
            var i = StartOf(hash);
            while (!this[i].IsFree)
                i = Next(i);
            Writable(i) = slot;
        }

        public void Grow()
        {
            // By a quarter: a table that doubles is half empty most of its life.
            var (before, length) = (_pages, Length);
            var pages = ((length + length / 4) >> PageBits) + 1;
            _pages = new Slot[pages][];
            for (var page = 0; page < pages; page++)
                _pages[page] = new Slot[PageSlots];
            _isPageShared = new bool[pages];
            (Length, IsShared) = (pages << PageBits, false);
            for (var i = 0; i < length; i++)
            {
                ref readonly var slot = ref before[i >> PageBits][i & (PageSlots - 1)];
                if (!slot.IsFree)
                    Place(slot, Hash(slot.Id));
            }
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
