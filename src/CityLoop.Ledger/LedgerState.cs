namespace CityLoop.Ledger;

/// <summary>
/// The books in memory: decides commands in order, and is rebuilt from the journal at any time to the same bytes.
/// Pure and deterministic: no clock, no randomness, no input or output. Not safe for two threads at once.
/// </summary>
public sealed partial class LedgerState
{
    /// <summary>The largest linked set.</summary>
    public const int MaxLinked = 1_000;

    /// <summary>
    /// How many days a payment can be taken back: a quarter and a week, longer than shops take goods back, so that the
    /// books need not remember the lots of every payment ever made.
    /// </summary>
    public const int ReversibleDays = 100;

    /// <summary>How many entries are looked at together before they are applied.</summary>
    internal const int TouchedTogether = 16;

    readonly Dictionary<short, CurrencyView> _currencies = [];
    readonly Dictionary<int, (long? Minimum, long? Maximum)> _bounds = [];
    readonly SortedDictionary<long, OpenHold> _holds = [];
    readonly Dictionary<int, long> _held = [];
    readonly BookCopies _copies;
    readonly Action? _release;
    readonly PagedRows<AccountRow> _accounts;
    readonly LotPool _lots;
    readonly IdTable _ids;
    readonly PaymentTable _payments;
    LimitTable _limits = new();
    int _day;
    long _touched;
    bool _anyDecays;

    /// <summary>Empty books.</summary>
    public LedgerState()
    {
        _copies = new();
        (_accounts, _lots, _ids, _payments) = (new(_copies), new(_copies), new(_copies), new(_copies));
    }

    LedgerState(LedgerState like)
    {
        _copies = new();
        _accounts = like._accounts.Share(_copies);
        _lots = like._lots.Share(_copies);
        _ids = like._ids.Share(_copies);
        _payments = like._payments.Share(_copies);
        // Last: what a table takes for itself in order to share it is no younger than the copy.
        var copy = like._copies.Make();
        _release = () => like._copies.End(copy);
    }

    /// <summary>The number of the last journal entry in these books; 0 for none.</summary>
    public long Sequence { get; private set; }

    /// <summary>The time of the last journal entry.</summary>
    public DateTimeOffset LastAt { get; private set; } = DateTimeOffset.UnixEpoch;

    /// <summary>The city's present day as the journal knows it; null before the first day has begun.</summary>
    public DateOnly? Day => _day == 0 ? null : DateOnly.FromDayNumber(_day);

    /// <summary>How many accounts are open; their numbers are 1 to this.</summary>
    public int AccountCount { get; private set; }

    /// <summary>The currencies, by number.</summary>
    public IReadOnlyList<CurrencyView> Currencies => [.. _currencies.Values.OrderBy(c => c.Id.Value)];

    /// <summary>The limits in force, by number.</summary>
    public IReadOnlyList<Limit> Limits => [.. _limits.All];

    /// <summary>
    /// Decides commands that stand or fall together and, when all are accepted, takes them into the books.
    /// </summary>
    /// <param name="linked">1 to <see cref="MaxLinked"/> commands; each sees the effect of those before it.</param>
    /// <param name="at">The time of the decision; a time before the last entry's counts as that entry's.</param>
    /// <param name="journal">Receives the new entries; nothing when refused or already posted. Lots that have decayed
    /// since their account was last touched bring entries of their own, in front of the commands'.</param>
    /// <returns>
    /// Posted, AlreadyPosted (only when every command of the set was posted, together, with this content), or the
    /// first refusal and the number of the command that met it. A refusal leaves every byte of the books as it was.
    /// </returns>
    /// <exception cref="ArgumentException">The set is empty or too large.</exception>
    public PostResult Post(ReadOnlySpan<LedgerCommand> linked, DateTimeOffset at, ICollection<JournalEntry> journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (linked.Length is 0 or > MaxLinked)
            throw new ArgumentException($"A linked set has 1 to {MaxLinked} commands.", nameof(linked));

        var time = NotBeforeLast(at);
        if (linked.Length > 1 || NeedsMoreThanItself(linked[0]))
            return PostTogether(linked, time, journal);

        var command = Normal(linked[0]);
        var result = DecideAlone(command, time);
        if (result.Outcome == PostOutcome.Posted)
            journal.Add(TakeIn(command, time));
        return result;
    }

    /// <summary>Takes in an entry that stands in the journal; for restart and for servers that follow.</summary>
    /// <exception cref="InvalidDataException">The entry does not follow the books.</exception>
    public void Apply(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Sequence != Sequence + 1)
            throw new InvalidDataException($"Entry {entry.Sequence} cannot follow {Sequence}: the journal has a gap.");
        if (entry.At < LastAt)
            throw new InvalidDataException($"Entry {entry.Sequence} is older than the one before it.");
        var command = Normal(entry.Body);
        var decided = DecideAlone(command, entry.At);
        if (decided.Outcome != PostOutcome.Posted)
            throw new InvalidDataException($"Entry {entry.Sequence} breaks a rule of the books: {decided.Outcome}.");
        if (command is Transfer { AtMost: not null } moved && moved.Amount != ((Transfer)entry.Body).Amount)
            throw new InvalidDataException($"Entry {entry.Sequence} moved another amount than the books could.");
        var again = TakeIn(command, entry.At);
        if (again.DebitPrevious != entry.DebitPrevious || again.CreditPrevious != entry.CreditPrevious)
            throw new InvalidDataException($"Entry {entry.Sequence} names another entry before it than the books do.");
    }

    /// <summary>
    /// Looks at the rows that the next entries will need, all of them before the first is applied: the processor then
    /// waits for many distant places of memory at once instead of for one after the other.
    /// </summary>
    internal void Touch(IReadOnlyList<JournalEntry> entries, int from)
    {
        var last = Math.Min(entries.Count, from + TouchedTogether);
        for (var i = from; i < last; i++)
        {
            if (entries[i].Body is not Transfer transfer)
                continue;
            _touched += _ids.Touch(transfer.Id);
            if (Exists(transfer.Debit) && Exists(transfer.Credit))
                _touched += _accounts[transfer.Debit.Value].FirstLot + _accounts[transfer.Credit.Value].FirstLot;
        }

        for (var i = from; i < last; i++)
            if (entries[i].Body is Transfer transfer && Exists(transfer.Debit) && Exists(transfer.Credit))
                _touched += _lots.Touch(_accounts[transfer.Debit.Value].FirstLot)
                    + _lots.Touch(_accounts[transfer.Credit.Value].FirstLot);
    }

    /// <summary>
    /// The same books for a second owner: for a dry run, or to write a snapshot while the city goes on. Pages of rows
    /// are shared until these books write them, so this takes a moment however large the city is; a copy that is
    /// written takes pages of its own first. <see cref="Release"/> it at the end.
    /// </summary>
    public LedgerState Copy()
    {
        var copy = new LedgerState(this)
        {
            _limits = _limits.Copy(),
            _day = _day,
            _anyDecays = _anyDecays,
            Sequence = Sequence,
            LastAt = LastAt,
            AccountCount = AccountCount,
        };
        foreach (var (number, currency) in _currencies)
            copy._currencies.Add(number, currency);
        foreach (var (account, bounds) in _bounds)
            copy._bounds.Add(account, bounds);
        foreach (var (sequence, hold) in _holds)
            copy._holds.Add(sequence, hold);
        foreach (var (account, held) in _held)
            copy._held.Add(account, held);
        foreach (var (key, amount) in _gone)
            copy._gone.Add(key, amount);
        return copy;
    }

    /// <summary>
    /// Says that this copy will not be looked at again. Until then the books that it was made of keep its pages for it.
    /// Nothing for books that are no copy.
    /// </summary>
    public void Release() => _release?.Invoke();

    DateTimeOffset NotBeforeLast(DateTimeOffset at)
    {
        var utc = ToMicroseconds(at);
        return utc < LastAt ? LastAt : utc;
    }

    /// <summary>Times are kept to the microsecond, as the journal keeps them; "at most" becomes an amount.</summary>
    LedgerCommand Normal(LedgerCommand command)
    {
        switch (command)
        {
            case Transfer transfer:
                if (transfer.EffectiveAt is { } effective && !IsInMicroseconds(effective))
                    transfer = transfer with { EffectiveAt = ToMicroseconds(effective) };
                return transfer.AtMost is { } most ? transfer with { Amount = Movable(transfer, most) } : transfer;
            case PlaceHold hold when !IsInMicroseconds(hold.Until):
                return hold with { Until = ToMicroseconds(hold.Until) };
            default:
                return command;
        }
    }

    static bool IsInMicroseconds(DateTimeOffset at) =>
        at.Offset == TimeSpan.Zero && at.Ticks % TimeSpan.TicksPerMicrosecond == 0;

    static DateTimeOffset ToMicroseconds(DateTimeOffset at) =>
        new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    bool Exists(AccountId id) => id.Value >= 1 && id.Value <= AccountCount;

    static DateOnly? ToDay(int lastDay) => lastDay == LotPool.NoEnd ? null : DateOnly.FromDayNumber(lastDay);

    static int ToNumber(DateOnly? lastDay) => lastDay?.DayNumber ?? LotPool.NoEnd;

    /// <summary>One account: 32 bytes, because a nation has tens of millions.</summary>
    record struct AccountRow(
        long Balance, long LastSequence, long OpenedSequence, int FirstLot, short Currency, byte KindAndLevel,
        AccountStatus Status)
    {
        const int LevelShift = 4, KindMask = 15;

        public readonly AccountKind Kind => (AccountKind)(KindAndLevel & KindMask);

        public int Level
        {
            readonly get => KindAndLevel >> LevelShift;
            set => KindAndLevel = (byte)((value << LevelShift) | (KindAndLevel & KindMask));
        }
    }
}
