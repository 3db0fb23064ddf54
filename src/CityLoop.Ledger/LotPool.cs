using System.Runtime.InteropServices;

namespace CityLoop.Ledger;

/// <summary>
/// The lots of all accounts in one table: each account owns a chain in spending order (earliest last day first, no
/// end last, then by budget). 22 bytes a lot; freed places are used again.
/// </summary>
sealed class LotPool(BookCopies copies)
{
    /// <summary>The day number of lots without an end.</summary>
    public const int NoEnd = int.MaxValue;

    PagedRows<Row> _rows = new(copies);
    int _used = 1; // place 0 means "no lot"
    int _free;

    /// <summary>What a linked set changed, so that it can be taken back; null outside of one.</summary>
    List<(int Index, Row Before)>? _changes;
    (int Used, int Free) _before;

    /// <summary>How many lots were looked at on the way to another one: 10,000 lots must not cost 10,000².</summary>
    public long Steps { get; private set; }

    public ref readonly Row this[int index] => ref _rows[index];

    /// <summary>Brings a lot's row near to the processor.</summary>
    public long Touch(int index) => index == 0 ? 0 : _rows[index].Amount;

    /// <summary>Adds to the lot of this last day and budget; answers the chain's (perhaps new) first lot.</summary>
    /// <param name="month">The month up to which the points have decayed.</param>
    public int Add(int first, int lastDay, int budget, long amount, short month)
    {
        var near = 0;
        return Add(first, lastDay, budget, amount, month, ref near);
    }

    /// <inheritdoc cref="Add(int, int, int, long, short)"/>
    /// <param name="near">
    /// The place of the last addition to this chain, 0 for none: lots that come in spending order are put behind each
    /// other without a walk from the beginning.
    /// </param>
    public int Add(int first, int lastDay, int budget, long amount, short month, ref int near)
    {
        var previous = near != 0 && IsBefore(_rows[near], lastDay, budget) ? near : 0;
        var current = previous == 0 ? first : _rows[previous].Next;
        while (current != 0 && IsBefore(_rows[current], lastDay, budget))
        {
            previous = current;
            current = _rows[current].Next;
            Steps++;
        }

        if (current != 0 && _rows[current].LastDay == lastDay && _rows[current].Budget == budget)
        {
            Set(current, _rows[current] with { Amount = _rows[current].Amount + amount, Month = month });
            near = current;
            return first;
        }

        var added = near = Take();
        Set(added, new Row(current, lastDay, budget, month, amount));
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
            Steps++;
        }

        return RemoveAt(first, previous, current, amount);
    }

    /// <summary>
    /// Takes from the lot at a place, <paramref name="previous"/> being the place in front of it, 0 for none.
    /// </summary>
    public int RemoveAt(int first, int previous, int current, long amount)
    {
        var row = _rows[current];
        if (row.Amount > amount)
        {
            Set(current, row with { Amount = row.Amount - amount });
            return first;
        }

        Set(current, new Row(_free, 0, 0, 0, 0));
        _free = current;
        if (previous == 0)
            return row.Next;
        Set(previous, _rows[previous] with { Next = row.Next });
        return first;
    }

    /// <summary>Says that a lot has decayed up to a month, when it is still there.</summary>
    public void SetMonth(int first, int lastDay, int budget, short month)
    {
        var i = PlaceOf(first, lastDay, budget);
        if (i != 0)
            Set(i, _rows[i] with { Month = month });
    }

    /// <summary>The calendar begins: what is there loses its share from this month on.</summary>
    public void BeginMonths(short month)
    {
        for (var i = 1; i < _used; i++)
            if (_rows[i].Amount > 0)
                Set(i, _rows[i] with { Month = month });
    }

    /// <summary>The place of the lot of this last day and budget, 0 when there is none.</summary>
    public int PlaceOf(int first, int lastDay, int budget)
    {
        var i = first;
        while (i != 0 && (_rows[i].LastDay != lastDay || _rows[i].Budget != budget))
            i = _rows[i].Next;
        return i;
    }

    /// <summary>The amount in the lot of this last day and budget, 0 when there is none.</summary>
    public long AmountOf(int first, int lastDay, int budget)
    {
        var i = PlaceOf(first, lastDay, budget);
        return i == 0 ? 0 : _rows[i].Amount;
    }

    /// <summary>True when any account has a lot of this budget.</summary>
    public bool HasAnyOf(int budget)
    {
        // Freed places have no budget.
        for (var i = 1; i < _used; i++)
            if (_rows[i].Budget == budget)
                return true;
        return false;
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
                _rows.Writable(_changes[i].Index) = _changes[i].Before;
            (_used, _free) = _before;
        }

        _changes = null;
    }

    /// <summary>The same lots for a copy of the books.</summary>
    public LotPool Share(BookCopies copies) =>
        new(copies) { _rows = _rows.Share(copies), _used = _used, _free = _free };

    static bool IsBefore(in Row row, int lastDay, int budget) =>
        row.LastDay < lastDay || (row.LastDay == lastDay && row.Budget < budget);

    int Take()
    {
        if (_free == 0)
            return _used++;
        var taken = _free;
        _free = _rows[taken].Next;
        return taken;
    }

    void Set(int index, Row row)
    {
        ref var place = ref _rows.Writable(index);
        _changes?.Add((index, place));
        place = row;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 2)]
    public readonly record struct Row(int Next, int LastDay, int Budget, short Month, long Amount);
}
