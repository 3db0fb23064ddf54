namespace CityLoop.Ledger;

/// <summary>
/// Rows in pages that two owners may share until one of them writes: a copy of the books costs a copy of the page
/// list, and the writer copies only the pages that it touches afterwards.
/// </summary>
sealed class PagedRows<T>
    where T : struct
{
    /// <summary>
    /// 32 rows of 20 to 40 bytes are copied in a fraction of a microsecond: a batch of thousands of transfers in which
    /// each touches pages that were never touched since the copy pays a few milliseconds, however large the table is.
    /// </summary>
    const int PageBits = 5, PageRows = 1 << PageBits, RowMask = PageRows - 1;

    T[]?[] _pages;
    bool[] _isShared;

    public PagedRows() => (_pages, _isShared) = ([], []);

    PagedRows(T[]?[] pages)
    {
        _pages = pages;
        _isShared = new bool[pages.Length];
        Array.Fill(_isShared, true);
    }

    /// <summary>The row at an index that was written before.</summary>
    public ref readonly T this[long index] => ref _pages[index >> PageBits]![index & RowMask];

    /// <summary>The row at an index, to be written; rows that were never written are zero.</summary>
    public ref T Writable(long index)
    {
        var page = (int)(index >> PageBits);
        if (page >= _pages.Length)
            Grow(page);
        var rows = _pages[page];
        if (rows is null || _isShared[page])
        {
            rows = rows is null ? new T[PageRows] : (T[])rows.Clone();
            _pages[page] = rows;
            _isShared[page] = false;
        }

        return ref rows[index & RowMask];
    }

    /// <summary>The same rows for a second owner.</summary>
    public PagedRows<T> Share()
    {
        Array.Fill(_isShared, true);
        return new PagedRows<T>((T[]?[])_pages.Clone());
    }

    /// <summary>Lets go of the pages whose rows all lie in front of an index.</summary>
    public void ForgetBefore(long index)
    {
        var page = (int)Math.Min(index >> PageBits, _pages.Length) - 1;
        for (; page >= 0 && _pages[page] is not null; page--)
            _pages[page] = null;
    }

    void Grow(int page)
    {
        var length = Math.Max(page + 1, _pages.Length + _pages.Length / 4 + 8);
        Array.Resize(ref _pages, length);
        Array.Resize(ref _isShared, length);
    }
}
