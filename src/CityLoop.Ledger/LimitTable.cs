namespace CityLoop.Ledger;

/// <summary>The limits and how much of each is used in the present day and month.</summary>
sealed class LimitTable
{
    readonly SortedDictionary<short, Limit> _limits = [];
    readonly Dictionary<Key, long> _used = [];

    /// <summary>What a linked set changed, so that it can be taken back; null outside of one.</summary>
    List<(Key Key, long Before)>? _changes;
    int _day;

    public bool IsEmpty => _limits.Count == 0;

    public IEnumerable<Limit> All => _limits.Values;

    public IEnumerable<KeyValuePair<Key, long>> Used => _used;

    public static bool IsValid(Limit limit) =>
        limit.Number > 0
        && Enum.IsDefined(limit.Code) && !limit.Code.IsReversal() && !limit.Code.IsLoss()
        && Enum.IsDefined(limit.Per) && Enum.IsDefined(limit.Period)
        && limit.UpToLevel is null or (>= 0 and <= SetLevel.LevelMax)
        && limit.Max is null or >= 0;

    /// <summary>Sets or ends a limit; what was counted stays where the limit goes on counting the same.</summary>
    public void Set(Limit limit)
    {
        var goesOn = limit.Max is not null
            && _limits.TryGetValue(limit.Number, out var before) && before.CountsLike(limit);
        if (!goesOn)
            foreach (var key in _used.Keys.Where(key => key.Limit == limit.Number).ToList())
                _used.Remove(key);
        if (limit.Max is null)
            _limits.Remove(limit.Number);
        else
            _limits[limit.Number] = limit;
    }

    /// <summary>True when an amount more would pass a limit.</summary>
    public bool IsReachedBy(in Move move)
    {
        foreach (var limit in _limits.Values)
            if (Counts(limit, move) && limit.Max - _used.GetValueOrDefault(KeyOf(limit, move)) < move.Amount)
                return true;
        return false;
    }

    /// <summary>Counts an amount.</summary>
    public void Count(in Move move)
    {
        foreach (var limit in _limits.Values)
            if (Counts(limit, move))
                Add(KeyOf(limit, move), move.Amount);
    }

    /// <summary>Gives back what was counted on a day, where its period is still the present one.</summary>
    public void CountBack(in Move move, int day)
    {
        foreach (var limit in _limits.Values)
            if (Counts(limit, move) && IsPresent(limit.Period, day))
                Add(KeyOf(limit, move), -move.Amount);
    }

    /// <summary>A new day: what its period left behind is forgotten.</summary>
    public void TurnTo(int day)
    {
        foreach (var key in _used.Keys.Where(key => !Continues(_limits[key.Limit].Period, _day, day)).ToList())
            _used.Remove(key);
        _day = day;
    }

    public void BeginChanges() => _changes = [];

    public void EndChanges(bool keep)
    {
        if (!keep)
            for (var i = _changes!.Count - 1; i >= 0; i--)
                Put(_changes[i].Key, _changes[i].Before);
        _changes = null;
    }

    public LimitTable Copy()
    {
        var copy = new LimitTable { _day = _day };
        foreach (var (number, limit) in _limits)
            copy._limits.Add(number, limit);
        foreach (var (key, used) in _used)
            copy._used.Add(key, used);
        return copy;
    }

    public void Load(Limit limit) => _limits.Add(limit.Number, limit);

    public void Load(Key key, long used) => _used.Add(key, used);

    public void LoadDay(int day) => _day = day;

    /// <summary>What was used and given back in full leaves no trace: equal books have equal bytes.</summary>
    void Add(Key key, long amount)
    {
        // What was given back may have been used before the limit was set: it never counts below nothing.
        var before = _used.GetValueOrDefault(key);
        _changes?.Add((key, before));
        Put(key, (long)Int128.Clamp((Int128)before + amount, 0, long.MaxValue));
    }

    void Put(Key key, long used)
    {
        if (used == 0)
            _used.Remove(key);
        else
            _used[key] = used;
    }

    /// <summary>True when some limit looks at the reference of such a transfer.</summary>
    public bool LooksAtReference(in Move move)
    {
        foreach (var limit in _limits.Values)
            if (IsOf(limit, move) && (limit.Reference is not null || limit.Per == LimitPer.ReceiverAndReference))
                return true;
        return false;
    }

    static bool Counts(Limit limit, in Move move) =>
        IsOf(limit, move)
        && (limit.UpToLevel is not { } most
            || most >= (limit.Per is LimitPer.Giver or LimitPer.GiverAndReceiver ? move.DebitLevel : move.CreditLevel));

    /// <summary>Whether a limit is about such transfers, whoever makes them: an account's level may change.</summary>
    static bool IsOf(Limit limit, in Move move) =>
        limit.Code == move.Code && limit.Currency.Value == move.Currency
        && (limit.Reference is null || limit.Reference == move.Reference)
        && (limit.Per != LimitPer.ReceiverAndReference || move.Reference is not null);

    static Key KeyOf(Limit limit, in Move move) => limit.Per switch
    {
        LimitPer.Giver => new Key(limit.Number, move.Debit, 0, default),
        LimitPer.Receiver => new Key(limit.Number, 0, move.Credit, default),
        LimitPer.GiverAndReceiver => new Key(limit.Number, move.Debit, move.Credit, default),
        _ => new Key(limit.Number, 0, move.Credit, move.Reference!.Value),
    };

    bool IsPresent(LimitPeriod period, int day) => Continues(period, day, _day);

    static bool Continues(LimitPeriod period, int before, int now) => period switch
    {
        LimitPeriod.Day => before == now,
        LimitPeriod.Month => Calendar.MonthOf(before) == Calendar.MonthOf(now),
        _ => true,
    };

    /// <summary>What counts of a transfer or a hold.</summary>
    public readonly record struct Move(
        TransferCode Code, short Currency, int Debit, int Credit, long Amount, Guid? Reference, int DebitLevel,
        int CreditLevel);

    public readonly record struct Key(short Limit, int Debit, int Credit, Guid Reference);
}

/// <summary>Months as numbers that follow each other.</summary>
static class Calendar
{
    /// <summary>Months since the year 0, of a day number; 0 for the time before the first day.</summary>
    public static int MonthOf(int dayNumber)
    {
        if (dayNumber == 0)
            return 0;
        var day = DateOnly.FromDayNumber(dayNumber);
        return day.Year * 12 + day.Month - 1;
    }
}
