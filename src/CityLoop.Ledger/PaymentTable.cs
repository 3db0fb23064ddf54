namespace CityLoop.Ledger;

/// <summary>
/// The payments and rebates that can still be taken back, with the lots they came from, in the order of the journal.
/// </summary>
sealed class PaymentTable(BookCopies copies)
{
    PagedRows<Row> _rows = new(copies);
    PagedRows<PaidLot> _lots = new(copies);
    PagedRows<Guid> _references = new(copies);
    long _first;
    long _end;
    long _lotsEnd;
    long _referencesEnd;

    public long Count => _end - _first;

    /// <summary>The place of the first payment that is remembered, and the place behind the last.</summary>
    public (long First, long End) Range => (_first, _end);

    /// <summary>The journal number of the last payment that was forgotten, 0 for none.</summary>
    public long ForgottenUpTo { get; private set; }

    public ref readonly Row this[long index] => ref _rows[index];

    /// <summary>Appends a payment; its journal number is above all others.</summary>
    public long Add(Row row, List<Lot> lots, Guid? reference)
    {
        _rows.Writable(_end) = row with
        {
            FirstLot = _lotsEnd, LotCount = lots.Count,
            FirstReference = _referencesEnd, HasReference = reference is not null,
        };
        if (reference is { } named)
            _references.Writable(_referencesEnd++) = named;
        foreach (var lot in lots)
            _lots.Writable(_lotsEnd++) =
                new PaidLot(lot.LastDay?.DayNumber ?? LotPool.NoEnd, lot.Budget.Value, lot.Amount);
        return _end++;
    }

    /// <summary>Takes the last payments out again: a linked set did not stand.</summary>
    public void CutTo(long end)
    {
        if (end < _end)
            (_lotsEnd, _referencesEnd) = (_rows[end].FirstLot, _rows[end].FirstReference);
        _end = end;
    }

    public void SetReversed(long index, long reversed) => _rows.Writable(index).Reversed = reversed;

    public void SetRebate(long index, long rebate) => _rows.Writable(index).Rebate = rebate;

    /// <summary>The payment's reference, where a limit looked at it; else null.</summary>
    public Guid? ReferenceOf(long index) =>
        _rows[index].HasReference ? _references[_rows[index].FirstReference] : null;

    /// <summary>The place of the payment with a journal number; -1 when it is none, or forgotten.</summary>
    public long IndexOf(long sequence)
    {
        var (low, high) = (_first, _end - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = _rows[middle].Sequence;
            if (found == sequence)
                return middle;
            if (found < sequence)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    public IEnumerable<Lot> LotsOf(long index)
    {
        var (first, count) = (_rows[index].FirstLot, _rows[index].LotCount);
        for (var i = first; i < first + count; i++)
        {
            var lot = _lots[i];
            yield return new Lot(
                lot.LastDay == LotPool.NoEnd ? null : DateOnly.FromDayNumber(lot.LastDay),
                new AccountId(lot.Budget), lot.Amount);
        }
    }

    /// <summary>
    /// The lots of the next part of a payment that is taken back: those that ended last come first, so that what stays
    /// paid is what the smaller sum would have been paid with. In spending order.
    /// </summary>
    public IEnumerable<Lot> LotsOf(long index, long part)
    {
        var to = _rows[index].Amount - _rows[index].Reversed;
        var (from, at) = (to - part, 0L);
        foreach (var lot in LotsOf(index))
        {
            var (first, last) = (Math.Max(at, from), Math.Min(at + lot.Amount, to));
            if (first < last)
                yield return lot with { Amount = last - first };
            at += lot.Amount;
        }
    }

    /// <summary>Forgets what was paid before a day.</summary>
    public void ForgetBefore(int day)
    {
        while (_first < _end && _rows[_first].Day < day)
            ForgottenUpTo = _rows[_first++].Sequence;
        _rows.ForgetBefore(_first);
        _lots.ForgetBefore(_first < _end ? _rows[_first].FirstLot : _lotsEnd);
        _references.ForgetBefore(_first < _end ? _rows[_first].FirstReference : _referencesEnd);
    }

    public void LoadForgotten(long upTo) => ForgottenUpTo = upTo;

    public PaymentTable Share(BookCopies copies) => new(copies)
    {
        _rows = _rows.Share(copies),
        _lots = _lots.Share(copies),
        _references = _references.Share(copies),
        _first = _first,
        _end = _end,
        _lotsEnd = _lotsEnd,
        _referencesEnd = _referencesEnd,
        ForgottenUpTo = ForgottenUpTo,
    };

    /// <param name="Reversed">How much of it was taken back.</param>
    /// <param name="Rebate">The journal number of what it earned, 0 for nothing.</param>
    /// <param name="Day">The city's day on which it was made.</param>
    public record struct Row(
        long Sequence, int Debit, int Credit, long Amount, TransferCode Code, long Reversed, int Day, long Rebate)
    {
        public long FirstLot { get; init; }

        public int LotCount { get; init; }

        public bool HasReference { get; init; }

        /// <summary>The place of its reference, or of the next payment's that has one.</summary>
        public long FirstReference { get; init; }
    }

    readonly record struct PaidLot(int LastDay, int Budget, long Amount);
}
