namespace CityLoop.Ledger;

/// <summary>
/// The lots of all accounts in one array: each account owns a chain in spending order (earliest last day first, no
/// end last, then by budget). 24 bytes a lot; freed places are used again.
/// </summary>
sealed class LotPool
{
    /// <summary>The day number of lots without an end.</summary>
    public const int NoEnd = int.MaxValue;

    Row[] _rows = new Row[256];
    int _used = 1; // place 0 means "no lot"
    int _free;

    /// <summary>What a linked set changed, so that it can be taken back; null outside of one.</summary>
    List<(int Index, Row Before)>? _changes;
    (int Used, int Free) _before;

    public ref readonly Row this[int index] => ref _rows[index];

    /// <summary>Adds to the lot of this last day and budget; answers the chain's (perhaps new) first lot.</summary>
    public int Add(int first, int lastDay, int budget, long amount)
    {
        var previous = 0;
        var current = first;
        while (current != 0 && IsBefore(_rows[current], lastDay, budget))
        {
            previous = current;
            current = _rows[current].Next;
        }

        if (current != 0 && _rows[current].LastDay == lastDay && _rows[current].Budget == budget)
        {
            Set(current, _rows[current] with { Amount = _rows[current].Amount + amount });
            return first;
        }

        var added = Take();
        Set(added, new Row(current, lastDay, budget, amount));
        if (previous == 0)
            return added;
        Set(previous, _rows[previous] with { Next = added });
        return first;
    }

    /// <summary>
    /// Takes from one lot; answers the chain's (perhaps new) first lot. The lot must hold the amount.
    /// </summary>
    public int Remove(int first, int lastDay, int budget, long amount)
    {
        var previous = 0;
        var current = first;
        while (_rows[current].LastDay != lastDay || _rows[current].Budget != budget)
        {
            previous = current;
            current = _rows[current].Next;
        }

        var row = _rows[current];
        if (row.Amount > amount)
        {
            Set(current, row with { Amount = row.Amount - amount });
            return first;
        }

        Set(current, new Row(_free, 0, 0, 0));
        _free = current;
        if (previous == 0)
            return row.Next;
        Set(previous, _rows[previous] with { Next = row.Next });
        return first;
    }

    /// <summary>The amount in the lot of this last day and budget, 0 when there is none.</summary>
    public long AmountOf(int first, int lastDay, int budget)
    {
        for (var i = first; i != 0; i = _rows[i].Next)
            if (_rows[i].LastDay == lastDay && _rows[i].Budget == budget)
                return _rows[i].Amount;
        return 0;
    }

    public void BeginChanges()
    {
        _changes = [];
        _before = (_used, _free);
    }

    public void EndChanges(bool keep)
    {
        if (!keep)
        {
            for (var i = _changes!.Count - 1; i >= 0; i--)
                _rows[_changes[i].Index] = _changes[i].Before;
            (_used, _free) = _before;
        }

        _changes = null;
    }

    public LotPool Copy() => new() { _rows = (Row[])_rows.Clone(), _used = _used, _free = _free };

    static bool IsBefore(in Row row, int lastDay, int budget) =>
        row.LastDay < lastDay || (row.LastDay == lastDay && row.Budget < budget);

    int Take()
    {
        if (_free != 0)
        {
            var taken = _free;
            _free = _rows[taken].Next;
            return taken;
        }

        if (_used == _rows.Length)
            Array.Resize(ref _rows, _rows.Length * 2);
        return _used++;
    }

    void Set(int index, Row row)
    {
        _changes?.Add((index, _rows[index]));
        _rows[index] = row;
    }

    public readonly record struct Row(int Next, int LastDay, int Budget, long Amount);
}
