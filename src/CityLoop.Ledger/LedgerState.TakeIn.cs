namespace CityLoop.Ledger;

/// <summary>What an accepted command does to the books; the same code for a live decision and for a replay.</summary>
public sealed partial class LedgerState
{
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
            DefineCurrency currency => TakeInCurrency(currency, at),
            _ => throw CommandContent.Unknown(command),
        };
        if (_undo is null)
            Remember(entry);
        return entry;
    }

    void Remember(JournalEntry entry)
    {
        _ids.Add(entry.Body.Id, entry.Sequence, CommandContent.Digest(entry.Body));
        if (entry.Body is Transfer { Claim: { } claim })
            _ids.Add(claim, entry.Sequence, 0);
    }

    JournalEntry TakeInCurrency(DefineCurrency command, DateTimeOffset at)
    {
        _currencies.Add(command.Currency.Value, new CurrencyView(command.Currency, command.Code, command.Scale));
        _undo?.Currencies.Add(command.Currency.Value);
        return new JournalEntry(Sequence, at, command);
    }

    JournalEntry TakeInDay(BeginDay command, DateTimeOffset at)
    {
        _day = command.Day.DayNumber;
        return new JournalEntry(Sequence, at, command);
    }

    JournalEntry TakeInAccount(OpenAccount command, DateTimeOffset at)
    {
        if (AccountCount + 1 == _accounts.Length)
            Array.Resize(ref _accounts, _accounts.Length * 2);
        AccountCount++;
        Set(AccountCount, new AccountRow(0, Sequence, Sequence, 0, command.Currency.Value, command.Kind));
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
        TakeLots(transfer, ref debit);
        GiveLots(ref credit);
        debit.Balance -= transfer.Amount;
        debit.LastSequence = Sequence;
        credit.Balance += transfer.Amount;
        credit.LastSequence = Sequence;
        Set(transfer.Debit.Value, debit);
        Set(transfer.Credit.Value, credit);

        if (transfer.Code is TransferCode.Pay or TransferCode.Rebate)
            SetPayment(Sequence, new Payment(
                transfer.Debit.Value, transfer.Credit.Value, transfer.Amount, false, [.. _moving]));
        if (transfer.Reverses is { } reversed && _ids.TryFind(reversed, out var sequence, out _))
            SetPayment(sequence, _payments[sequence] with { IsReversed = true });
        return entry;
    }

    /// <summary>Fills <see cref="_moving"/> with the lots that leave the debit account.</summary>
    void TakeLots(Transfer transfer, ref AccountRow debit)
    {
        if (!debit.Kind.KeepsLots())
        {
            _moving.Add(new Lot(transfer.LastDay, transfer.Debit, transfer.Amount));
            return;
        }

        if (transfer.Code == TransferCode.Expire)
        {
            Take(ref debit, ToNumber(transfer.LastDay), transfer.Credit.Value, transfer.Amount, transfer.LastDay);
            return;
        }

        if (transfer.Reverses is { } reversed && _ids.TryFind(reversed, out var sequence, out _))
            TakeBackLots(ref debit, _payments[sequence]);
        else
            TakeInOrder(ref debit, transfer.Amount, null);
    }

    /// <summary>
    /// A reversal takes the very lots that the payment brought, as far as they are still there; what is not comes
    /// from the other lots in spending order. Either way the points get back the last day that they had.
    /// </summary>
    void TakeBackLots(ref AccountRow debit, Payment payment)
    {
        foreach (var lot in payment.Lots)
        {
            var lastDay = debit.Kind.KeepsLastDays() ? ToNumber(lot.LastDay) : LotPool.NoEnd;
            var there = lastDay >= _day ? _lots.AmountOf(debit.FirstLot, lastDay, lot.Budget.Value) : 0;
            var part = Math.Min(there, lot.Amount);
            if (part > 0)
                Take(ref debit, lastDay, lot.Budget.Value, part, lot.LastDay);
            _missing.Add(lot with { Amount = lot.Amount - part });
        }

        foreach (var lot in _missing)
            TakeInOrder(ref debit, lot.Amount, lot);
        _missing.Clear();
    }

    /// <summary>
    /// Takes from the lots that end first; they keep their last day, or get that of <paramref name="asLot"/>.
    /// </summary>
    void TakeInOrder(ref AccountRow debit, long amount, Lot? asLot)
    {
        while (amount > 0)
        {
            var i = debit.FirstLot;
            while (_lots[i].LastDay < _day)
                i = _lots[i].Next;
            var lot = _lots[i];
            var part = Math.Min(amount, lot.Amount);
            Take(ref debit, lot.LastDay, lot.Budget, part, asLot is { } given ? given.LastDay : ToDay(lot.LastDay));
            amount -= part;
        }
    }

    void Take(ref AccountRow debit, int lastDay, int budget, long amount, DateOnly? movesWith)
    {
        debit.FirstLot = _lots.Remove(debit.FirstLot, lastDay, budget, amount);
        _moving.Add(new Lot(movesWith, new AccountId(budget), amount));
    }

    void GiveLots(ref AccountRow credit)
    {
        if (!credit.Kind.KeepsLots())
            return;
        foreach (var lot in _moving)
        {
            var lastDay = credit.Kind.KeepsLastDays() ? ToNumber(lot.LastDay) : LotPool.NoEnd;
            credit.FirstLot = _lots.Add(credit.FirstLot, lastDay, lot.Budget.Value, lot.Amount);
        }
    }

    void Set(int account, AccountRow row)
    {
        _undo?.Accounts.Add((account, _accounts[account]));
        _accounts[account] = row;
    }

    void SetPayment(long sequence, Payment payment)
    {
        _undo?.Payments.Add((sequence, _payments.TryGetValue(sequence, out var before) ? before : null));
        _payments[sequence] = payment;
    }

    void TakeBack(Undo undo)
    {
        for (var i = undo.Accounts.Count - 1; i >= 0; i--)
            _accounts[undo.Accounts[i].Index] = undo.Accounts[i].Before;
        for (var i = undo.Payments.Count - 1; i >= 0; i--)
            if (undo.Payments[i].Before is { } before)
                _payments[undo.Payments[i].Sequence] = before;
            else
                _payments.Remove(undo.Payments[i].Sequence);
        foreach (var currency in undo.Currencies)
            _currencies.Remove(currency);
        (Sequence, LastAt, _day, AccountCount) = (undo.Sequence, undo.LastAt, undo.Day, undo.AccountCount);
    }
}
