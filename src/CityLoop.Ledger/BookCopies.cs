namespace CityLoop.Ledger;

/// <summary>
/// Which copies of the books are in use. They are numbered from 1 as they are made; a page that is younger than the
/// newest one in use belongs to the books alone. Making one is for the books' own thread; any thread may end one.
/// </summary>
sealed class BookCopies
{
    readonly SortedSet<int> _inUse = [];
    volatile int _newest;
    volatile int _oldest = int.MaxValue;

    /// <summary>How many were made.</summary>
    public int Made { get; private set; }

    /// <summary>The newest copy in use; 0 for none.</summary>
    public int Newest => _newest;

    /// <summary>The oldest copy in use; the largest number for none.</summary>
    public int Oldest => _oldest;

    /// <summary>A new copy is in use; answers its number.</summary>
    public int Make()
    {
        lock (_inUse)
        {
            _inUse.Add(++Made);
            Look();
            return Made;
        }
    }

    /// <summary>A copy is not in use any more; nothing when that was said before.</summary>
    public void End(int copy)
    {
        lock (_inUse)
        {
            _inUse.Remove(copy);
            Look();
        }
    }

    void Look() =>
        (_newest, _oldest) = _inUse.Count == 0 ? (0, int.MaxValue) : (_inUse.Max, _inUse.Min);
}
