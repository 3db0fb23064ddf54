namespace CityLoop.Ledger;

/// <summary>
/// The books in memory: decides commands in order, and is rebuilt from the journal at any time to the same bytes.
/// Pure and deterministic: no clock, no randomness, no input or output. Not safe for two threads at once.
/// </summary>
public sealed partial class LedgerState
{
    readonly Dictionary<short, CurrencyView> _currencies = [];
    readonly Dictionary<long, Payment> _payments = [];
    AccountRow[] _accounts = new AccountRow[256];
    LotPool _lots = new();
    IdTable _ids = new();
    Undo? _undo;

    /// <summary>The number of the last journal entry in these books; 0 for none.</summary>
    public long Sequence { get; private set; }

    /// <summary>The time of the last journal entry.</summary>
    public DateTimeOffset LastAt { get; private set; } = DateTimeOffset.UnixEpoch;

    /// <summary>The city's present day as the journal knows it; null before the first day has begun.</summary>
    public DateOnly? Day => _day == 0 ? null : DateOnly.FromDayNumber(_day);

    int _day;

    /// <summary>How many accounts are open; their numbers are 1 to this.</summary>
    public int AccountCount { get; private set; }

    /// <summary>The currencies, by number.</summary>
    public IReadOnlyList<CurrencyView> Currencies => [.. _currencies.Values.OrderBy(c => c.Id.Value)];

    /// <summary>What is in an account.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such account.</exception>
    public AccountView Account(AccountId id)
    {
        if (!Exists(id))
            throw new ArgumentOutOfRangeException(nameof(id), id, $"Accounts 1 to {AccountCount} are open.");
        ref readonly var row = ref _accounts[id.Value];
        return new AccountView(
            id, row.Kind, new CurrencyId(row.Currency), row.Balance, Spendable(row), row.LastSequence);
    }

    /// <summary>The lots of an account in the order in which they are spent; empty for kinds without lots.</summary>
    public IReadOnlyList<Lot> Lots(AccountId id)
    {
        var lots = new List<Lot>();
        for (var i = _accounts[id.Value].FirstLot; i != 0; i = _lots[i].Next)
            lots.Add(new Lot(ToDay(_lots[i].LastDay), new AccountId(_lots[i].Budget), _lots[i].Amount));
        return lots;
    }

    /// <summary>
    /// Up to <paramref name="max"/> lots that ended before the present day, at most one of each account.
    /// </summary>
    /// <remarks>One of each account: the second one's id follows from the entry that the first one makes.</remarks>
    public IReadOnlyList<EndedLot> EndedLots(int max)
    {
        var ended = new List<EndedLot>();
        for (var i = 1; i <= AccountCount && ended.Count < max; i++)
        {
            var first = _accounts[i].FirstLot;
            if (first != 0 && _lots[first].LastDay < _day)
                ended.Add(new EndedLot(new AccountId(i),
                    new Lot(ToDay(_lots[first].LastDay), new AccountId(_lots[first].Budget), _lots[first].Amount),
                    _accounts[i].LastSequence));
        }

        return ended;
    }

    /// <summary>The journal number that a command's id, or a claim, led to; null when it was never used.</summary>
    public long? Find(Guid id) => _ids.TryFind(id, out var sequence, out _) ? sequence : null;

    /// <summary>The account that was opened under this id; null when there is none.</summary>
    public AccountId? FindAccount(Guid openedAs) =>
        _ids.TryFind(openedAs, out var sequence, out _) ? AccountOpenedAt(sequence) : null;

    /// <summary>
    /// The account that journal entry number <paramref name="sequence"/> opened; null when it opened none.
    /// </summary>
    public AccountId? AccountOpenedAt(long sequence)
    {
        // Accounts are numbered in the order of their opening, so their opening entries are sorted.
        int low = 1, high = AccountCount;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var opened = _accounts[middle].OpenedSequence;
            if (opened == sequence)
                return new AccountId(middle);
            if (opened < sequence)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    /// <summary>
    /// Decides commands that stand or fall together and, when all are accepted, takes them into the books.
    /// </summary>
    /// <param name="linked">1 to <see cref="MaxLinked"/> commands; each sees the effect of those before it.</param>
    /// <param name="at">The time of the decision; a time before the last entry's counts as that entry's.</param>
    /// <param name="journal">Receives the new entries; nothing when refused or already posted.</param>
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
        if (linked.Length == 1)
        {
            var command = Normal(linked[0]);
            var result = DecideAlone(command);
            if (result.Outcome == PostOutcome.Posted)
                journal.Add(TakeIn(command, time));
            return result;
        }

        return PostTogether(linked, time, journal);
    }

    /// <summary>The largest linked set.</summary>
    public const int MaxLinked = 1_000;

    /// <summary>Takes in an entry that stands in the journal; for restart and for servers that follow.</summary>
    /// <exception cref="InvalidDataException">The entry does not follow the books.</exception>
    public void Apply(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Sequence != Sequence + 1)
            throw new InvalidDataException($"Entry {entry.Sequence} cannot follow {Sequence}: the journal has a gap.");
        var decided = DecideAlone(entry.Body);
        if (decided.Outcome != PostOutcome.Posted)
            throw new InvalidDataException($"Entry {entry.Sequence} breaks a rule of the books: {decided.Outcome}.");
        var again = TakeIn(entry.Body, entry.At);
        if (again.DebitPrevious != entry.DebitPrevious || again.CreditPrevious != entry.CreditPrevious)
            throw new InvalidDataException($"Entry {entry.Sequence} names another entry before it than the books do.");
    }

    /// <summary>The same books in other memory: for a dry run, or to write a snapshot while the city goes on.</summary>
    public LedgerState Copy()
    {
        var copy = new LedgerState
        {
            _accounts = (AccountRow[])_accounts.Clone(),
            _lots = _lots.Copy(),
            _ids = _ids.Copy(),
            _day = _day,
            Sequence = Sequence,
            LastAt = LastAt,
            AccountCount = AccountCount,
        };
        foreach (var (number, currency) in _currencies)
            copy._currencies.Add(number, currency);
        copy._payments.EnsureCapacity(_payments.Count);
        foreach (var (sequence, payment) in _payments)
            copy._payments.Add(sequence, payment);
        return copy;
    }

    PostResult PostTogether(ReadOnlySpan<LedgerCommand> linked, DateTimeOffset at, ICollection<JournalEntry> journal)
    {
        if (AllPostedBefore(linked, out var first))
            return new PostResult(PostOutcome.AlreadyPosted, first);

        var entries = new List<JournalEntry>(linked.Length);
        _undo = new Undo(Sequence, LastAt, _day, AccountCount);
        _lots.BeginChanges();
        var refused = default(PostResult?);
        for (var i = 0; i < linked.Length && refused is null; i++)
        {
            var command = Normal(linked[i]);
            var outcome = UsedWithin(entries, command) ?? DecideAlone(command).Outcome;
            if (outcome == PostOutcome.AlreadyPosted)
                outcome = PostOutcome.IdAlreadyPostedWithOtherContent;
            if (outcome == PostOutcome.Posted)
                entries.Add(TakeIn(command, at));
            else
                refused = new PostResult(outcome, 0, i);
        }

        var undo = _undo;
        _undo = null;
        _lots.EndChanges(keep: refused is null);
        if (refused is { } refusal)
        {
            TakeBack(undo);
            return refusal;
        }

        foreach (var entry in entries)
        {
            Remember(entry);
            journal.Add(entry);
        }

        return new PostResult(PostOutcome.Posted, entries[0].Sequence);
    }

    bool AllPostedBefore(ReadOnlySpan<LedgerCommand> linked, out long first)
    {
        first = 0;
        for (var i = 0; i < linked.Length; i++)
        {
            var command = Normal(linked[i]);
            if (!_ids.TryFind(command.Id, out var sequence, out var digest) || digest != CommandContent.Digest(command))
                return false;
            if (i == 0)
                first = sequence;
            else if (sequence != first + i)
                return false;
        }

        return true;
    }

    /// <summary>Ids are remembered when the whole set stands, so within the set they are compared one by one.</summary>
    static PostOutcome? UsedWithin(List<JournalEntry> entries, LedgerCommand command)
    {
        foreach (var entry in entries)
        {
            var claim = (entry.Body as Transfer)?.Claim;
            if (entry.Body.Id == command.Id || claim == command.Id)
                return PostOutcome.IdAlreadyPostedWithOtherContent;
            if (command is Transfer { Claim: { } wanted } && (claim == wanted || entry.Body.Id == wanted))
                return PostOutcome.ClaimAlreadyUsed;
        }

        return null;
    }

    DateTimeOffset NotBeforeLast(DateTimeOffset at)
    {
        var utc = ToMicroseconds(at);
        return utc < LastAt ? LastAt : utc;
    }

    /// <summary>Times are kept to the microsecond, as the journal keeps them.</summary>
    static LedgerCommand Normal(LedgerCommand command) =>
        command is Transfer { EffectiveAt: { } effective } transfer
            ? transfer with { EffectiveAt = ToMicroseconds(effective) }
            : command;

    static DateTimeOffset ToMicroseconds(DateTimeOffset at) =>
        new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    bool Exists(AccountId id) => id.Value >= 1 && id.Value <= AccountCount;

    static DateOnly? ToDay(int lastDay) => lastDay == LotPool.NoEnd ? null : DateOnly.FromDayNumber(lastDay);

    static int ToNumber(DateOnly? lastDay) => lastDay?.DayNumber ?? LotPool.NoEnd;

    long Spendable(in AccountRow row)
    {
        var spendable = row.Balance;
        for (var i = row.FirstLot; i != 0 && _lots[i].LastDay < _day; i = _lots[i].Next)
            spendable -= _lots[i].Amount;
        return spendable;
    }

    /// <summary>One account: 32 bytes, because a nation has tens of millions.</summary>
    record struct AccountRow(
        long Balance, long LastSequence, long OpenedSequence, int FirstLot, short Currency, AccountKind Kind);

    /// <summary>A payment or rebate that can be taken back, with the lots it came from.</summary>
    readonly record struct Payment(int Debit, int Credit, long Amount, bool IsReversed, Lot[] Lots);

    /// <summary>What stood before a linked set, so that a refusal leaves no trace.</summary>
    sealed record Undo(long Sequence, DateTimeOffset LastAt, int Day, int AccountCount)
    {
        public List<(int Index, AccountRow Before)> Accounts { get; } = [];

        public List<(long Sequence, Payment? Before)> Payments { get; } = [];

        public List<short> Currencies { get; } = [];
    }
}
