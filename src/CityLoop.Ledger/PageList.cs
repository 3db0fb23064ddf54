namespace CityLoop.Ledger;

/// <summary>
/// Which pages make up a table, in order. A copy of the books has the same list and the same pages; the books write a
/// page of their own, in a list of their own, as soon as such a copy is in use.
/// </summary>
struct PageList<T>(PageStore<T> store, int pages)
    where T : struct
{
    int[] _places = new int[pages];
    int[] _born = new int[pages];
    int _listBorn = store.Copies.Made;

    public readonly int Length => _places.Length;

    public readonly bool Has(int page) => page < _places.Length && _places[page] != 0;

    public readonly ref readonly T Read(PageStore<T> store, int page, int row) => ref store.Row(_places[page], row);

    /// <summary>The row, to be written; rows that were never written are zero.</summary>
    public ref T Write(PageStore<T> store, int page, int row)
    {
        var place = _places[page];
        if (place == 0)
            Put(store, page, store.Take());
        else if (_born[page] < store.Copies.Newest)
        {
            Put(store, page, store.TakeLike(store, place));
            store.GiveBack(place);
        }

        return ref store.Row(_places[page], row);
    }

    /// <summary>Gives every place a page of zeroes, so that all rows can be read.</summary>
    public void Fill(PageStore<T> store)
    {
        for (var page = 0; page < Length; page++)
            Put(store, page, store.Take());
    }

    public void Forget(PageStore<T> store, int page)
    {
        store.GiveBack(_places[page]);
        Put(store, page, 0);
    }

    /// <summary>Gives back all pages; the list is not to be used again.</summary>
    public readonly void GiveBack(PageStore<T> store)
    {
        foreach (var place in _places)
            if (place != 0)
                store.GiveBack(place);
    }

    public void Lengthen(PageStore<T> store, int length)
    {
        Array.Resize(ref _places, length);
        Array.Resize(ref _born, length);
        _listBorn = store.Copies.Made;
    }

    /// <summary>The same rows in pages of another store.</summary>
    public readonly PageList<T> MovedTo(PageStore<T> other, PageStore<T> store)
    {
        var moved = new PageList<T>(other, Length);
        for (var page = 0; page < Length; page++)
            if (_places[page] != 0)
                moved.Put(other, page, other.TakeLike(store, _places[page]));
        return moved;
    }

    void Put(PageStore<T> store, int page, int place)
    {
        var copies = store.Copies;
        if (_listBorn < copies.Newest)
        {
            _places = [.. _places];
            _listBorn = copies.Made;
        }

        (_places[page], _born[page]) = (place, copies.Made);
    }
}
