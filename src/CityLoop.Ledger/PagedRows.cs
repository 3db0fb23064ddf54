namespace CityLoop.Ledger;

/// <summary>
/// Rows in pages that the books and their copies share until the books write: a copy costs nothing but a number, and
/// the books copy only the pages that they touch while it is in use. A copy that is written copies everything first.
/// </summary>
sealed class PagedRows<T>
    where T : struct
{
    const int RowMask = PageStore<T>.PageRows - 1;

    readonly PageStore<T> _own;
    PageStore<T> _store;
    PageList<T> _pages;

    public PagedRows(BookCopies copies) => (_own, _pages) = (_store = new(copies), new(_store, 0));

    /// <summary>The pages that the table has, or had and may use again.</summary>
    public int PagesTaken => _store.Taken;

    /// <summary>The row at an index that was written before.</summary>
    public ref readonly T this[long index] =>
        ref _pages.Read(_store, (int)(index >> PageStore<T>.PageBits), (int)index & RowMask);

    /// <summary>The row at an index, to be written; rows that were never written are zero.</summary>
    public ref T Writable(long index)
    {
        Own();
        var page = (int)(index >> PageStore<T>.PageBits);
        if (page >= _pages.Length)
            _pages.Lengthen(_own, Math.Max(page + 1, _pages.Length + _pages.Length / 4 + 8));
        return ref _pages.Write(_own, page, (int)index & RowMask);
    }

    /// <summary>The same rows for a copy of the books.</summary>
    public PagedRows<T> Share(BookCopies copies)
    {
        Own();
        return new PagedRows<T>(copies) { _store = _store, _pages = _pages };
    }

    /// <summary>Lets go of the pages whose rows all lie in front of an index.</summary>
    public void ForgetBefore(long index)
    {
        Own();
        var page = (int)Math.Min(index >> PageStore<T>.PageBits, _pages.Length) - 1;
        for (; page >= 0 && _pages.Has(page); page--)
            _pages.Forget(_own, page);
    }

    void Own()
    {
        if (ReferenceEquals(_store, _own))
            return;
        _pages = _pages.MovedTo(_own, _store);
        _store = _own;
    }
}
