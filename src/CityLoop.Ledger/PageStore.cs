namespace CityLoop.Ledger;

/// <summary>
/// Where pages of rows lie: in slabs that the collector never moves and, as they hold no reference, never looks into.
/// As objects of their own, the pages that a copy of the books makes the writer copy were young objects by the hundred
/// thousand, and collecting them was the longest pause that the ledger had.
/// </summary>
sealed class PageStore<T>(BookCopies copies)
    where T : struct
{
    /// <summary>Rows of a page: 20 to 40 bytes each are copied in a fraction of a microsecond.</summary>
    public const int PageBits = 5, PageRows = 1 << PageBits;

    const int SlabBits = 5, SlabPages = 1 << SlabBits, SlabMask = SlabPages - 1;

    readonly Stack<int> _free = [];
    readonly Queue<(int Place, int LastUser)> _retired = [];
    T[][] _slabs = [];
    int _used = 1; // place 0 means "no page"

    public BookCopies Copies => copies;

    /// <summary>How many pages were ever taken from the slabs; those that are used again count once.</summary>
    public int Taken => _used - 1;

    /// <summary>The rows of a page; good until the page is given back.</summary>
    public Span<T> this[int place] =>
        Volatile.Read(ref _slabs)[place >> SlabBits].AsSpan((place & SlabMask) << PageBits, PageRows);

    public ref T Row(int place, int row) =>
        ref Volatile.Read(ref _slabs)[place >> SlabBits][((place & SlabMask) << PageBits) + row];

    /// <summary>A page of zeroes.</summary>
    public int Take()
    {
        while (_retired.TryPeek(out var first) && first.LastUser < copies.Oldest)
            _free.Push(_retired.Dequeue().Place);
        if (_free.TryPop(out var place))
        {
            this[place].Clear();
            return place;
        }

        var slab = _used >> SlabBits;
        if (slab >= _slabs.Length)
        {
            var more = new T[slab + slab / 4 + 1][];
            _slabs.CopyTo(more, 0);
            Volatile.Write(ref _slabs, more);
        }

        _slabs[slab] ??= GC.AllocateArray<T>(SlabPages << PageBits, pinned: true);
        return _used++;
    }

    /// <summary>A page of the same rows as one of a store, this or another.</summary>
    public int TakeLike(PageStore<T> store, int like)
    {
        var place = Take();
        store[like].CopyTo(this[place]);
        return place;
    }

    /// <summary>Gives back a page: copies that were made until now may still read it.</summary>
    public void GiveBack(int place) => _retired.Enqueue((place, copies.Newest));
}
