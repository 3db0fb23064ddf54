namespace CityLoop.Ledger;

/// <summary>
/// Points that are set aside for a receiver: out of the giver's lots, still in the giver's balance, until they are
/// settled or released, once.
/// </summary>
public sealed partial class LedgerState
{
    PostOutcome DecideHold(PlaceHold hold, DateTimeOffset at)
    {
        if (DecideMove(hold.Amount, hold.Debit, hold.Credit) is { } move)
            return move;
        ref readonly var debit = ref _accounts[hold.Debit.Value];
        ref readonly var credit = ref _accounts[hold.Credit.Value];
        if (DecideStatus(debit, credit, endsSomethingOlder: false) is { } status)
            return status;
        if (DecideKinds(hold.Code, debit, credit) is { } kinds)
            return kinds;
        if (hold.Code.IsReversal() || hold.Code.IsLoss() || !Enum.IsDefined(hold.Code))
            return PostOutcome.ReversalIsNotValid;
        if (hold.Until <= at)
            return PostOutcome.HoldHasTimedOut;
        if (hold.Claim is { } claim && (claim == hold.Id || _ids.Contains(claim)))
            return PostOutcome.ClaimAlreadyUsed;
        if (!_limits.IsEmpty && _limits.IsReachedBy(MoveOf(hold, debit.Currency)))
            return PostOutcome.LimitIsReached;
        if (Available(hold.Debit.Value, debit) < hold.Amount)
            return PostOutcome.DebitAccountHasTooFewPoints;
        return IsTooFarBelow(hold.Debit, hold.Amount) ? PostOutcome.CreditBalanceIsTooLarge : PostOutcome.Posted;
    }

    PostOutcome? DecideSettling(Transfer transfer, DateTimeOffset at)
    {
        if (transfer.Hold is not { } id)
            return null;
        if (!_ids.TryFind(id, out var sequence, out _))
            return PostOutcome.HoldUnknown;
        if (!_holds.TryGetValue(sequence, out var hold) || hold.Id != id)
            return PostOutcome.HoldIsNotOpen;
        if (hold.Debit != transfer.Debit || hold.Credit != transfer.Credit || hold.Code != transfer.Code
            || transfer.Reference != hold.Reference || transfer.Amount > hold.Amount || transfer.LastDay is not null)
            return PostOutcome.HoldDoesNotMatch;
        return hold.Until <= at ? PostOutcome.HoldHasTimedOut : null;
    }

    PostOutcome DecideRelease(ReleaseHold release)
    {
        if (!_ids.TryFind(release.Hold, out var sequence, out _))
            return PostOutcome.HoldUnknown;
        if (!_holds.TryGetValue(sequence, out var hold) || hold.Id != release.Hold)
            return PostOutcome.HoldIsNotOpen;
        return hold.Debit == release.Account ? PostOutcome.Posted : PostOutcome.HoldDoesNotMatch;
    }

    JournalEntry TakeInHold(PlaceHold command, DateTimeOffset at)
    {
        var debit = _accounts[command.Debit.Value];
        var entry = new JournalEntry(Sequence, at, command) { DebitPrevious = debit.LastSequence };
        _moving.Clear();
        if (debit.Kind.KeepsLots())
            TakeInOrder(ref debit, command.Amount, null);
        debit.LastSequence = Sequence;
        Set(command.Debit.Value, debit);
        SetHold(Sequence, new OpenHold(
            command.Id, command.Debit, command.Credit, command.Amount, command.Code, command.Until, [.. _moving], _day)
        {
            Reference = command.Reference,
        });
        SetHeld(command.Debit.Value, HeldIn(command.Debit.Value) + command.Amount);
        _limits.Count(MoveOf(command, debit.Currency));
        return entry;
    }

    JournalEntry TakeInRelease(ReleaseHold command, DateTimeOffset at)
    {
        var debit = _accounts[command.Account.Value];
        var entry = new JournalEntry(Sequence, at, command) { DebitPrevious = debit.LastSequence };
        _moving.Clear();
        TakeHeld(ref debit, command.Hold, 0);
        debit.LastSequence = Sequence;
        Set(command.Account.Value, debit);
        return entry;
    }

    /// <summary>
    /// Resolves a hold: an amount of its lots moves (into <see cref="_moving"/>), the rest goes back to its account.
    /// </summary>
    void TakeHeld(ref AccountRow debit, Guid id, long amount)
    {
        _ids.TryFind(id, out var sequence, out _);
        var hold = _holds[sequence];
        SetHold(sequence, null);
        SetHeld(hold.Debit.Value, HeldIn(hold.Debit.Value) - hold.Amount);
        _limits.CountBack(MoveOf(hold, debit.Currency), hold.Day);

        if (!debit.Kind.KeepsLots() && amount > 0)
            _moving.Add(new Lot(null, hold.Debit, amount));
        var near = 0;
        foreach (var lot in hold.Lots)
        {
            var part = Math.Min(lot.Amount, amount);
            amount -= part;
            if (part > 0)
                _moving.Add(lot with { Amount = part });
            if (part < lot.Amount)
                Give(ref debit, lot with { Amount = lot.Amount - part }, ref near);
        }
    }

    void SetHold(long sequence, OpenHold? hold)
    {
        if (_undo is { } undo)
        {
            var before = _holds.GetValueOrDefault(sequence);
            undo.Do(() => Put(before));
        }

        Put(hold);

        void Put(OpenHold? open)
        {
            if (open is null)
                _holds.Remove(sequence);
            else
                _holds[sequence] = open;
        }
    }

    void SetHeld(int account, long held)
    {
        var before = HeldIn(account);
        _undo?.Do(() => Put(before));
        Put(held);

        void Put(long amount)
        {
            if (amount == 0)
                _held.Remove(account);
            else
                _held[account] = amount;
        }
    }

    LimitTable.Move MoveOf(PlaceHold hold, short currency) =>
        MoveOf(hold.Code, currency, hold.Debit.Value, hold.Credit.Value, hold.Amount, hold.Reference);

    LimitTable.Move MoveOf(OpenHold hold, short currency) =>
        MoveOf(hold.Code, currency, hold.Debit.Value, hold.Credit.Value, hold.Amount, hold.Reference);
}
