namespace CityLoop.Ledger;

/// <summary>Accounts: opened, frozen, closed, bound, and how surely their holders are known.</summary>
public sealed partial class LedgerState
{
    PostOutcome DecideAccount(OpenAccount account)
    {
        if (!_currencies.ContainsKey(account.Currency.Value))
            return PostOutcome.CurrencyUnknown;
        return Enum.IsDefined(account.Kind) ? PostOutcome.Posted : PostOutcome.AccountKindUnknown;
    }

    PostOutcome DecideChange(ChangeAccount change)
    {
        if (!Exists(change.Account))
            return PostOutcome.AccountUnknown;
        ref readonly var row = ref _accounts[change.Account.Value];
        if (row.Status == AccountStatus.Closed)
            return PostOutcome.AccountIsClosed;
        if (!Enum.IsDefined(change.Status) || change.Minimum > change.Maximum
            || (change.Minimum < 0 && !row.Kind.MayGoBelowZero()))
            return PostOutcome.AccountRuleIsNotValid;
        return change.Status == AccountStatus.Closed && (row.Balance != 0 || HasPointsAbroad(change.Account, row))
            ? PostOutcome.AccountIsNotEmpty
            : PostOutcome.Posted;
    }

    /// <summary>
    /// True while points that it funded are somewhere: they may have to come back. Looks at every lot (some 10
    /// milliseconds for millions), because an account is closed once in its life.
    /// </summary>
    bool HasPointsAbroad(AccountId id, in AccountRow row) =>
        !row.Kind.KeepsLots()
        && (_lots.HasAnyOf(id.Value) || _holds.Values.Any(hold => hold.Lots.Any(lot => lot.Budget == id)));

    PostOutcome DecideLevel(SetLevel level)
    {
        if (!Exists(level.Account))
            return PostOutcome.AccountUnknown;
        if (_accounts[level.Account.Value].Status == AccountStatus.Closed)
            return PostOutcome.AccountIsClosed;
        return level.Level is >= 0 and <= SetLevel.LevelMax ? PostOutcome.Posted : PostOutcome.AccountRuleIsNotValid;
    }

    JournalEntry TakeInAccount(OpenAccount command, DateTimeOffset at)
    {
        AccountCount++;
        _accounts.Writable(AccountCount) = new AccountRow(
            0, Sequence, Sequence, 0, command.Currency.Value, (byte)command.Kind, AccountStatus.Open);
        return new JournalEntry(Sequence, at, command);
    }

    JournalEntry TakeInChange(ChangeAccount command, DateTimeOffset at)
    {
        var row = _accounts[command.Account.Value];
        var entry = new JournalEntry(Sequence, at, command) { DebitPrevious = row.LastSequence };
        row.Status = command.Status;
        row.LastSequence = Sequence;
        Set(command.Account.Value, row);

        var before = _bounds.GetValueOrDefault(command.Account.Value);
        _undo?.Do(() => Put(before));
        Put((command.Minimum, command.Maximum));
        return entry;

        void Put((long?, long?) bounds)
        {
            if (bounds is (null, null))
                _bounds.Remove(command.Account.Value);
            else
                _bounds[command.Account.Value] = bounds;
        }
    }

    JournalEntry TakeInLevel(SetLevel command, DateTimeOffset at)
    {
        var row = _accounts[command.Account.Value];
        var entry = new JournalEntry(Sequence, at, command) { DebitPrevious = row.LastSequence };
        row.Level = command.Level;
        row.LastSequence = Sequence;
        Set(command.Account.Value, row);
        return entry;
    }
}
