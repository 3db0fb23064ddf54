namespace CityLoop.Ledger;

/// <summary>What an accepted command does to the books; the same code for a live decision and for a replay.</summary>
public sealed partial class LedgerState
{
    /// <summary>What stands as a digest beside a claim: it is used up, and names no command.</summary>
    const ulong OfClaim = 0;

    readonly List<Lot> _moving = [];
    readonly List<Lot> _missing = [];

    JournalEntry TakeIn(LedgerCommand command, DateTimeOffset at)
    {
        Sequence++;
        LastAt = at;
        var entry = command switch
        {
            Transfer transfer => TakeInTransfer(transfer, at),
            OpenAccount account => TakeInAccount(account, at),
            BeginDay day => TakeInDay(day, at),
            PlaceHold hold => TakeInHold(hold, at),
            ReleaseHold release => TakeInRelease(release, at),
            ChangeAccount change => TakeInChange(change, at),
            SetLimit limit => TakeInLimit(limit, at),
            SetLevel level => TakeInLevel(level, at),
            DefineCurrency currency => TakeInCurrency(currency, at),
            _ => throw CommandContent.Unknown(command),
        };
        Remember(command.Id, CommandContent.Digest(command));
        if ((command as Transfer)?.Claim is { } claim)
            Remember(claim, OfClaim);
        if ((command as PlaceHold)?.Claim is { } holdClaim)
            Remember(holdClaim, OfClaim);
        return entry;
    }

    void Remember(Guid id, ulong digest)
    {
        _ids.Add(id, Sequence, digest);
        _undo?.Id(id);
    }

    JournalEntry TakeInCurrency(DefineCurrency command, DateTimeOffset at)
    {
        _currencies.Add(command.Currency.Value, new CurrencyView(command.Currency, command.Code, command.Scale)
        {
            MayBeGiven = command.MayBeGiven,
            IsBacked = command.IsBacked,
            DecayPerMonth = command.DecayPerMonth,
        });
        _anyDecays |= command.DecayPerMonth > 0;
        return new JournalEntry(Sequence, at, command);
    }

    JournalEntry TakeInDay(BeginDay command, DateTimeOffset at)
    {
        var isFirst = _day == 0;
        _day = command.Day.DayNumber;
        if (isFirst)
            _lots.BeginMonths(Month);
        _limits.TurnTo(_day);
        _payments.ForgetBefore(_day - ReversibleDays);
        return new JournalEntry(Sequence, at, command);
    }

    JournalEntry TakeInLimit(SetLimit command, DateTimeOffset at)
    {
        _limits.Set(command.Limit);
        return new JournalEntry(Sequence, at, command);
    }

    JournalEntry TakeInTransfer(Transfer transfer, DateTimeOffset at)
    {
        var debit = _accounts[transfer.Debit.Value];
        var credit = _accounts[transfer.Credit.Value];
        var entry = new JournalEntry(Sequence, at, transfer)
        {
            DebitPrevious = debit.LastSequence,
            CreditPrevious = credit.LastSequence,
        };

        _moving.Clear();
        var reversed = ReversedBy(transfer);
        TakeLots(transfer, reversed, ref debit);
        var near = 0;
        if (credit.Kind.KeepsLots())
            foreach (var lot in _moving)
                Give(ref credit, WithGrace(lot, transfer), ref near);
        else if (debit.Kind.KeepsLots())
            CountGone(transfer);
        debit.Balance -= transfer.Amount;
        debit.LastSequence = Sequence;
        credit.Balance += transfer.Amount;
        credit.LastSequence = Sequence;
        Set(transfer.Debit.Value, debit);
        Set(transfer.Credit.Value, credit);

        if (!debit.Kind.IsInTheWorld() || !credit.Kind.IsInTheWorld())
            CountWorld(transfer, debit, credit.Kind);
        if (!_limits.IsEmpty)
            CountLimits(transfer, reversed, debit.Currency);
        if (reversed >= 0)
            CountReversed(reversed, transfer.AtMost ?? transfer.Amount);
        if (transfer.Code.CanBeReversed())
            AddPayment(transfer, debit.Currency);
        return entry;
    }

    long ReversedBy(Transfer transfer) =>
        transfer.Reverses is { } reversed && _ids.TryFind(reversed, out var sequence, out _)
            ? _payments.IndexOf(sequence)
            : -1;

    /// <summary>What was asked back "at most" is done with, also where less was there.</summary>
    void CountReversed(long index, long asked)
    {
        var before = _payments[index].Reversed;
        _payments.SetReversed(index, before + asked);
        _undo?.Do(() => _payments.SetReversed(index, before));
    }

    void AddPayment(Transfer transfer, short currency)
    {
        // Only a limit can ask for the reference again.
        var counts = !_limits.IsEmpty && _limits.LooksAtReference(MoveOf(transfer, currency));
        _payments.Add(
            new PaymentTable.Row(
                Sequence, transfer.Debit.Value, transfer.Credit.Value, transfer.Amount, transfer.Code, 0, _day, 0),
            _moving, counts ? transfer.Reference : null);
        if (transfer.EarnedBy is not { } earnedBy)
            return;
        _ids.TryFind(earnedBy, out var sequence, out _);
        var payment = _payments.IndexOf(sequence);
        _payments.SetRebate(payment, Sequence);
        _undo?.Do(() => _payments.SetRebate(payment, 0));
    }

    void CountWorld(Transfer transfer, in AccountRow debit, AccountKind credit)
    {
        var number = debit.Currency;
        var before = _currencies[number];
        _undo?.Do(() => _currencies[number] = before);
        _currencies[number] = before with
        {
            Outstanding = before.Outstanding + OutstandingChange(transfer, debit.Kind, credit),
            Funding = before.Funding + FundingChange(transfer, debit.Kind, credit),
        };
    }

    void CountLimits(Transfer transfer, long reversed, short currency)
    {
        _limits.Count(MoveOf(transfer, currency));
        if (reversed < 0)
            return;
        ref readonly var payment = ref _payments[reversed];
        _limits.CountBack(
            MoveOf(
                payment.Code, currency, payment.Debit, payment.Credit, transfer.Amount,
                _payments.ReferenceOf(reversed)),
            payment.Day);
    }

    /// <summary>Fills <see cref="_moving"/> with the lots that leave the debit account.</summary>
    void TakeLots(Transfer transfer, long reversed, ref AccountRow debit)
    {
        if (transfer.Hold is { } hold)
        {
            TakeHeld(ref debit, hold, transfer.Amount);
        }
        else if (!debit.Kind.KeepsLots())
        {
            _moving.Add(new Lot(transfer.LastDay, transfer.Debit, transfer.Amount));
        }
        else if (transfer.Code.IsLoss())
        {
            var lastDay = ToNumber(transfer.LastDay);
            Take(ref debit, lastDay, transfer.Credit.Value, transfer.Amount, transfer.LastDay);
            if (transfer.Code == TransferCode.Decay)
                _lots.SetMonth(debit.FirstLot, lastDay, transfer.Credit.Value, Month);
        }
        else if (reversed >= 0)
        {
            var part = _payments.LotsOf(reversed, transfer.AtMost ?? transfer.Amount);
            TakeBackLots(ref debit, part, transfer.Amount, alsoEnded: transfer.Code == TransferCode.RedeemReturn);
        }
        else
        {
            TakeInOrder(ref debit, transfer.Amount, null);
        }
    }

    /// <summary>
    /// A reversal takes the very lots that the payment brought, as far as they are still there; what is not comes
    /// from the other lots in spending order. Either way the points get back the last day that they had.
    /// What a voucher brought is taken also when it has ended.
    /// </summary>
    void TakeBackLots(ref AccountRow debit, IEnumerable<Lot> lots, long amount, bool alsoEnded)
    {
        foreach (var lot in lots)
        {
            var lastDay = debit.Kind.KeepsLastDays() ? ToNumber(lot.LastDay) : LotPool.NoEnd;
            var there = lastDay >= _day || alsoEnded
                ? _lots.AmountOf(debit.FirstLot, lastDay, lot.Budget.Value)
                : 0;
            var part = Math.Min(Math.Min(there, lot.Amount), amount);
            if (part > 0)
                Take(ref debit, lastDay, lot.Budget.Value, part, lot.LastDay);
            amount -= part;
            _missing.Add(lot with { Amount = lot.Amount - part });
        }

        foreach (var lot in _missing)
        {
            var part = Math.Min(lot.Amount, amount);
            TakeInOrder(ref debit, part, lot);
            amount -= part;
        }

        _missing.Clear();
    }

    /// <summary>
    /// Takes from the lots that end first; they keep their last day, or get that of <paramref name="asLot"/>.
    /// </summary>
    void TakeInOrder(ref AccountRow debit, long amount, Lot? asLot)
    {
        var (previous, i) = (0, debit.FirstLot);
        while (amount > 0)
        {
            if (i == 0)
                throw new InvalidDataException("An account has fewer lots than its balance says: the books are wrong.");
            var lot = _lots[i];
            if (lot.LastDay < _day)
            {
                (previous, i) = (i, lot.Next);
                continue;
            }

            var part = Math.Min(amount, lot.Amount);
            debit.FirstLot = _lots.RemoveAt(debit.FirstLot, previous, i, part);
            var lastDay = asLot is { } given ? given.LastDay : ToDay(lot.LastDay);
            _moving.Add(new Lot(lastDay, new AccountId(lot.Budget), part));
            amount -= part;
            i = lot.Next;
        }
    }

    void Take(ref AccountRow debit, int lastDay, int budget, long amount, DateOnly? movesWith)
    {
        debit.FirstLot = _lots.Remove(debit.FirstLot, lastDay, budget, amount);
        _moving.Add(new Lot(movesWith, new AccountId(budget), amount));
    }

    /// <param name="near">Where the lot before was put, 0 for the first.</param>
    void Give(ref AccountRow account, Lot lot, ref int near)
    {
        var lastDay = account.Kind.KeepsLastDays() ? ToNumber(lot.LastDay) : LotPool.NoEnd;
        account.FirstLot = _lots.Add(account.FirstLot, lastDay, lot.Budget.Value, lot.Amount, Month, ref near);
    }

    /// <summary>What has ended since it was paid comes back with the city's days of grace, if any.</summary>
    Lot WithGrace(Lot lot, Transfer transfer) =>
        transfer is { Code: TransferCode.Refund, LastDay: { } grace } && lot.LastDay?.DayNumber < _day
            ? lot with { LastDay = grace }
            : lot;

    void Set(int account, in AccountRow row)
    {
        ref var place = ref _accounts.Writable(account);
        _undo?.Account(account, place);
        place = row;
    }
}
