using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Import;

/// <summary>
/// Decides every row of a scheme, in order, on a copy of the books: earnings round by round, then gifts by their time.
/// The dry run ends here; the real run posts exactly <see cref="Transfers"/>.
/// </summary>
sealed class SchemePlan
{
    readonly SchemeBooks _books;
    readonly SchemeMemory _memory;
    readonly SchemeRounds _rounds;
    readonly Dictionary<string, List<HeldGift>> _held = new(StringComparer.Ordinal);
    readonly HashSet<Guid> _heldInThisRun = [];
    readonly HashSet<Guid> _finishing = [];
    readonly int[] _counts = new int[Enum.GetValues<RowOutcome>().Max(o => (int)o) + 1];

    SchemePlan(SchemeBooks books, SchemeMemory memory, SchemeRows rows)
    {
        (_books, _memory, _rounds, Read) = (books, memory, rows.Rounds, rows.Read);
        foreach (var gift in memory.Held)
            Hold(gift);
    }

    /// <summary>What has to be posted, in this order; the accounts are those of the copy.</summary>
    public List<Transfer> Transfers { get; } = [];

    public List<DecidedRow> NewRows { get; } = [];

    public List<HeldGift> NewlyHeld { get; } = [];

    public List<Guid> NewlyReleased { get; } = [];

    public HashSet<string> NewlyRegistered { get; } = new(StringComparer.Ordinal);

    public List<RefusedRow> Refused { get; } = [];

    public int Read { get; }

    /// <summary>Decides the rows.</summary>
    public static SchemePlan Make(SchemeRows rows, SchemeBooks books, SchemeMemory memory)
    {
        var plan = new SchemePlan(books, memory, rows);
        plan.FinishWhatWasLeft();
        foreach (var refused in rows.Refused)
            plan.Count(refused.Reason, refused.Place);
        foreach (var round in rows.Earned.GroupBy(r => r.Round).OrderBy(g => g.Key))
            plan.PayRound(round.Key, round);
        foreach (var gift in rows.Gifts.OrderBy(g => g.At)) // a stable sort: the file's order within one instant
            plan.Give(gift);
        return plan;
    }

    public ImportSummary Summary()
    {
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var outcome in Enum.GetValues<RowOutcome>())
            if (outcome.IsRefusal() && _counts[(int)outcome] > 0)
                refused[outcome.Code()] = _counts[(int)outcome];
        return new ImportSummary(Read, _counts[(int)RowOutcome.Posted], _counts[(int)RowOutcome.Held], refused,
            _counts[(int)RowOutcome.AlreadyPosted]);
    }

    /// <summary>All or nothing was asked for and a row was refused: the good rows are not taken either.</summary>
    public void TakeNothing()
    {
        _counts[(int)RowOutcome.AnotherRowWasRefused] =
            _counts[(int)RowOutcome.Posted] + _counts[(int)RowOutcome.Held];
        _counts[(int)RowOutcome.Posted] = _counts[(int)RowOutcome.Held] = 0;
    }

    /// <summary>
    /// What an interrupted run had decided is tried first; only what it had not posted counts for this one.
    /// </summary>
    void FinishWhatWasLeft()
    {
        foreach (var transfer in _memory.Unanswered)
            if (_books.Post(transfer) == PostOutcome.Posted)
                _finishing.Add(transfer.Id);
        foreach (var gift in _memory.Held)
            if (_finishing.Contains(gift.Id))
                _heldInThisRun.Add(gift.Id);
    }

    void PayRound(int round, IEnumerable<EarnedRow> rows)
    {
        var end = _rounds.Find(round)!.Value.To;
        var budget = _books.Named(SchemeIds.BudgetName(round), AccountKind.Budget);
        var issuing = _books.Named(SchemeIds.IssuingName, AccountKind.Issuing);
        // What a balance can still hold if one member had everything.
        var room = (Int128)long.MaxValue + Math.Min(0, _books.BalanceOf(issuing));
        var payable = new List<EarnedRow>();
        Int128 sum = 0;
        foreach (var row in rows)
        {
            var (id, content) = (SchemeIds.Of(row), SchemeIds.ContentOf(row));
            if (Known(id, content) is { } known)
                Count(known, row.Place);
            else if (sum + row.Units > room)
                Decide(new DecidedRow(id, content, RowOutcome.CreditBalanceIsTooLarge), row.Place);
            else
            {
                Decide(new DecidedRow(id, content, RowOutcome.Posted), row.Place);
                payable.Add(row);
                sum += row.Units;
            }
        }

        if (payable.Count > 0)
            Fund(issuing, budget, sum, SchemeIds.Of(payable[0]), end);
        foreach (var row in payable)
        {
            Must(new Transfer(SchemeIds.Of(row), budget, _books.Member(row.Member), row.Units, TransferCode.Earn)
            {
                EffectiveAt = end,
                Reference = SchemeIds.Reference,
            });
            Register(row.Member, end);
        }
    }

    void Fund(AccountId issuing, AccountId budget, Int128 sum, Guid firstRow, DateTimeOffset at)
    {
        for (var part = 0; sum > 0; part++)
        {
            var amount = (long)Int128.Min(sum, Transfer.MaxAmount);
            Must(new Transfer(SchemeIds.Funding(firstRow, part), issuing, budget, amount, TransferCode.Fund)
            {
                EffectiveAt = at,
                Reference = SchemeIds.Reference,
            });
            sum -= amount;
        }
    }

    void Give(GiftRow row)
    {
        var (id, content) = (SchemeIds.Of(row), SchemeIds.ContentOf(row));
        if (Known(id, content) is { } known)
        {
            Count(known, known == RowOutcome.DebitAccountHasTooFewPoints ? row.AmountPlace : row.IdPlace);
            return;
        }

        // The row shows who has registered, whether or not the sender has the points.
        Register(row.From, row.At);
        if (row.IsToRegistered)
            Register(row.To, row.At);
        var isHeld = !_memory.Registered.Contains(row.To);
        var transfer = new Transfer(id, _books.Member(row.From),
            isHeld ? _books.Escrow(row.To) : _books.Member(row.To), row.Units, TransferCode.Gift)
        {
            EffectiveAt = row.At,
            Reference = SchemeIds.Reference,
        };
        var outcome = _books.Post(transfer) switch
        {
            PostOutcome.Posted => isHeld ? RowOutcome.Held : RowOutcome.Posted,
            PostOutcome.AlreadyPosted => RowOutcome.AlreadyPosted,
            PostOutcome.IdAlreadyPostedWithOtherContent => RowOutcome.IdAlreadyPostedWithOtherContent,
            PostOutcome.DebitAccountHasTooFewPoints => RowOutcome.DebitAccountHasTooFewPoints,
            PostOutcome.CreditBalanceIsTooLarge => RowOutcome.CreditBalanceIsTooLarge,
            var other => throw new InvalidOperationException($"The ledger's answer to {row.IdPlace} was {other}."),
        };
        if (outcome is RowOutcome.Posted or RowOutcome.Held)
            Transfers.Add(transfer);
        Decide(new DecidedRow(id, content, outcome), row.AmountPlace);
        if (outcome != RowOutcome.Held)
            return;
        var held = new HeldGift(id, row.To, row.Units, row.At);
        NewlyHeld.Add(held);
        _heldInThisRun.Add(id);
        Hold(held);
    }

    /// <summary>From here on the member is known; what was kept for them comes to them.</summary>
    void Register(string member, DateTimeOffset at)
    {
        if (!_memory.Registered.Add(member))
            return;
        NewlyRegistered.Add(member);
        if (!_held.Remove(member, out var gifts))
            return;
        foreach (var gift in gifts)
        {
            Must(new Transfer(SchemeIds.Release(gift.Id), _books.Escrow(member), _books.Member(member), gift.Units,
                TransferCode.GiftRelease)
            {
                // A row of an earlier round may be what shows it: nothing leaves escrow before it came.
                EffectiveAt = at > gift.At ? at : gift.At,
                Reference = gift.Id,
            });
            NewlyReleased.Add(gift.Id);
            if (!_heldInThisRun.Remove(gift.Id))
                continue;
            if (_finishing.Contains(gift.Id))
                continue; // counted when its row comes
            _counts[(int)RowOutcome.Held]--;
            _counts[(int)RowOutcome.Posted]++;
        }
    }

    RowOutcome? Known(Guid id, Guid content)
    {
        if (!_memory.Rows.TryGetValue(id, out var known))
            return null;
        if (known.Content != content)
            return RowOutcome.IdAlreadyPostedWithOtherContent;
        if (known.Outcome.IsRefusal())
            return known.Outcome;
        if (!_finishing.Remove(id))
            return RowOutcome.AlreadyPosted;
        return _heldInThisRun.Contains(id) ? RowOutcome.Held : RowOutcome.Posted;
    }

    void Decide(DecidedRow row, RowPlace place)
    {
        _memory.Rows.Add(row.Id, row);
        NewRows.Add(row);
        Count(row.Outcome, place);
    }

    void Count(RowOutcome outcome, RowPlace place)
    {
        _counts[(int)outcome]++;
        if (outcome.IsRefusal())
            Refused.Add(new RefusedRow(place, outcome));
    }

    void Hold(HeldGift gift)
    {
        if (!_held.TryGetValue(gift.Member, out var gifts))
            _held[gift.Member] = gifts = [];
        gifts.Add(gift);
    }

    /// <summary>
    /// A transfer that follows from rows already judged good: that the ledger refuses it would be a defect.
    /// </summary>
    void Must(Transfer transfer)
    {
        var outcome = _books.Post(transfer);
        if (outcome == PostOutcome.Posted)
            Transfers.Add(transfer);
        else if (outcome != PostOutcome.AlreadyPosted)
            throw new InvalidOperationException($"The ledger's answer to {transfer.Code} {transfer.Id} was {outcome}.");
    }
}
