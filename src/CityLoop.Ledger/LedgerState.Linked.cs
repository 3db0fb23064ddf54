namespace CityLoop.Ledger;

/// <summary>Commands that stand or fall together, and what is needed to take them back.</summary>
public sealed partial class LedgerState
{
    Undo? _undo;

    /// <summary>True for a command that writes more than its entry, or is judged by what it leaves.</summary>
    bool NeedsMoreThanItself(LedgerCommand command) =>
        command is Transfer { Code: TransferCode.Refund } || IsDecayDue(command);

    PostResult PostTogether(ReadOnlySpan<LedgerCommand> linked, DateTimeOffset at, ICollection<JournalEntry> journal)
    {
        if (AllPostedBefore(linked, out var first))
            return new PostResult(PostOutcome.AlreadyPosted, first);

        var entries = new List<JournalEntry>(linked.Length);
        var undo = _undo = new Undo(this);
        _lots.BeginChanges();
        _limits.BeginChanges();
        TakeInDecay(linked, at, entries);
        first = Sequence + 1;
        var refused = default(PostResult?);
        for (var i = 0; i < linked.Length && refused is null; i++)
        {
            var command = Normal(linked[i]);
            var outcome = DecideAlone(command, at).Outcome;
            if (outcome == PostOutcome.AlreadyPosted)
                outcome = PostOutcome.IdAlreadyPostedWithOtherContent;
            if (linked.Length > 1 && StandsAlone(command)
                && outcome is PostOutcome.Posted or > PostOutcome.CommandStandsAlone)
                outcome = PostOutcome.CommandStandsAlone;
            if (outcome == PostOutcome.Posted)
                entries.Add(TakeIn(command, at));
            else
                refused = new PostResult(outcome, 0, i);
        }

        refused ??= RebateLeftBehind(linked);
        _undo = null;
        _lots.EndChanges(keep: refused is null);
        _limits.EndChanges(keep: refused is null);
        if (refused is { } refusal)
        {
            undo.TakeBack();
            return refusal;
        }

        foreach (var entry in entries)
            journal.Add(entry);
        return new PostResult(PostOutcome.Posted, first);
    }

    static bool StandsAlone(LedgerCommand command) => command is BeginDay or DefineCurrency or SetLimit;

    /// <summary>
    /// A refund that leaves the person more than the rest of the payment's share of what it earned (rounded up),
    /// although it could be taken back: the person has something, and the budget is not closed.
    /// </summary>
    PostResult? RebateLeftBehind(ReadOnlySpan<LedgerCommand> linked)
    {
        for (var i = 0; i < linked.Length; i++)
        {
            if (linked[i] is not Transfer { Code: TransferCode.Refund, Reverses: { } reversed } refund)
                continue;
            _ids.TryFind(reversed, out var sequence, out _);
            var payment = _payments[_payments.IndexOf(sequence)];
            var rebate = _payments.IndexOf(payment.Rebate);
            if (rebate >= 0
                && _payments[rebate].Reversed < Share(_payments[rebate].Amount, payment.Reversed, payment.Amount)
                && _accounts[_payments[rebate].Debit].Status != AccountStatus.Closed
                && Available(refund.Credit.Value, _accounts[refund.Credit.Value]) > 0)
                return new PostResult(PostOutcome.RebateIsNotTakenBack, 0, i);
        }

        return null;
    }

    static long Share(long amount, long part, long whole) => (long)((Int128)amount * part / whole);

    bool AllPostedBefore(ReadOnlySpan<LedgerCommand> linked, out long first)
    {
        first = 0;
        for (var i = 0; i < linked.Length; i++)
        {
            var command = Normal(linked[i]);
            if (!_ids.TryFind(command.Id, out var sequence, out var digest)
                || digest != IdTable.Kept(CommandContent.Digest(command)))
                return false;
            if (i == 0)
                first = sequence;
            else if (sequence != first + i)
                return false;
        }

        return true;
    }

    /// <summary>What stood before a linked set, so that a refusal leaves no trace.</summary>
    sealed class Undo(LedgerState books)
    {
        readonly (long Sequence, DateTimeOffset LastAt, int AccountCount, long Payments) _before =
            (books.Sequence, books.LastAt, books.AccountCount, books._payments.Range.End);
        readonly List<Action> _steps = [];
        readonly List<(int Index, AccountRow Before)> _accounts = [];
        readonly List<Guid> _ids = [];

        public void Do(Action step) => _steps.Add(step);

        public void Account(int index, in AccountRow before) => _accounts.Add((index, before));

        public void Id(Guid id) => _ids.Add(id);

        public void TakeBack()
        {
            for (var i = _steps.Count - 1; i >= 0; i--)
                _steps[i]();
            for (var i = _accounts.Count - 1; i >= 0; i--)
                books._accounts.Writable(_accounts[i].Index) = _accounts[i].Before;
            foreach (var id in _ids)
                books._ids.Remove(id);
            books._payments.CutTo(_before.Payments);
            (books.Sequence, books.LastAt, books.AccountCount) =
                (_before.Sequence, _before.LastAt, _before.AccountCount);
        }
    }
}
