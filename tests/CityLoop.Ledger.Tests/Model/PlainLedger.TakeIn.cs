using System.Collections.Immutable;

namespace CityLoop.Ledger.Tests.Model;

/// <summary>What an accepted command does.</summary>
sealed partial class PlainLedger
{
    void TakeIn(LedgerCommand command, DateTimeOffset at)
    {
        var sequence = Books.Sequence + 1;
        var entry = new JournalEntry(sequence, at, command)
        {
            DebitPrevious = LastOf(DebitOf(command)),
            CreditPrevious = LastOf((command as Transfer)?.Credit ?? default),
        };
        Written = Written.Add(entry);
        Books = Books with { Sequence = sequence, LastAt = at };
        Touch(DebitOf(command));
        Touch((command as Transfer)?.Credit ?? default);
        switch (command)
        {
            case DefineCurrency currency:
                Books = Books with { Currencies = Books.Currencies.Add(currency.Currency.Value, currency) };
                break;
            case OpenAccount open:
                var id = new AccountId(Books.Accounts.Count + 1);
                Books = Books with
                {
                    Accounts = Books.Accounts.Add(new PlainAccount(id, open.Kind, open.Currency, sequence)),
                };
                break;
            case BeginDay begin:
                Decay(MonthOf(begin.Day) - MonthOf(Books.Day));
                Books = Books with { Day = begin.Day };
                break;
            case SetLimit limit:
                TakeInLimit(limit.Limit);
                break;
            case ChangeAccount change:
                Books = Books.With(Books[change.Account] with
                {
                    Status = change.Status, Minimum = change.Minimum, Maximum = change.Maximum,
                });
                break;
            case SetLevel level:
                Books = Books.With(Books[level.Account] with { Level = level.Level });
                break;
            case Transfer transfer:
                TakeInTransfer(transfer);
                break;
            case PlaceHold hold:
                var lots = TakeInOrder(hold.Debit, hold.Amount);
                Books = Books with { Holds = Books.Holds.Add(hold.Id, new PlainHold(hold, lots, Books.Day)) };
                Use(Move.Of(hold), Books.Day, 1);
                break;
            case ReleaseHold release:
                Resolve(release.Hold, 0);
                break;
        }

        Name(command.Id, AsAsked(command));
        if (((command as Transfer)?.Claim ?? (command as PlaceHold)?.Claim) is { } claim)
            Name(claim, null);
    }

    static AccountId DebitOf(LedgerCommand command) => command switch
    {
        Transfer transfer => transfer.Debit,
        PlaceHold hold => hold.Debit,
        ReleaseHold release => release.Account,
        ChangeAccount change => change.Account,
        SetLevel level => level.Account,
        _ => default,
    };

    long LastOf(AccountId id) => Books.Has(id) ? Books[id].LastSequence : 0;

    void Touch(AccountId id)
    {
        if (Books.Has(id))
            Books = Books.With(Books[id] with { LastSequence = Books.Sequence });
    }

    void Name(Guid id, LedgerCommand? content) =>
        Books = Books with { Names = Books.Names.SetItem(id, (Books.Sequence, content)) };

    void TakeInLimit(Limit limit)
    {
        var goesOn = limit.Max is not null && Books.Limits.TryGetValue(limit.Number, out var before)
            && before with { Max = limit.Max } == limit;
        Books = Books with
        {
            Used = goesOn
                ? Books.Used
                : Books.Used.RemoveRange(Books.Used.Keys.Where(use => use.Limit == limit.Number)),
            Limits = limit.Max is null
                ? Books.Limits.Remove(limit.Number)
                : Books.Limits.SetItem(limit.Number, limit),
        };
    }

    void TakeInTransfer(Transfer transfer)
    {
        var reversed = transfer.Reverses is { } id ? Books.Payments[Books.Names[id].Sequence] : null;
        var moved = LotsOf(transfer, reversed);
        if (!Books[transfer.Debit].Kind.KeepsLots())
            Add(transfer.Debit, -transfer.Amount);
        if (Books[transfer.Credit].Kind.KeepsLots())
            foreach (var lot in moved)
                Give(transfer.Credit, transfer.Code == TransferCode.Refund && lot.HasEnded(Books.Day)
                    ? lot with { LastDay = transfer.LastDay ?? lot.LastDay }
                    : lot);
        else
            Add(transfer.Credit, transfer.Amount);
        if (Books[transfer.Debit].Kind.KeepsLots() && !Books[transfer.Credit].Kind.KeepsLots())
            foreach (var lot in moved)
                CountGone((lot.Budget, transfer.Code, transfer.Credit), lot.Amount);
        if (transfer.Code == TransferCode.Expire && fault == PlainFault.EndedLotIsDeductedTwice)
            TakeInOrder(transfer.Debit, Math.Min(transfer.Amount, (long)Books.SpendableOf(transfer.Debit)));

        Use(Move.Of(transfer), Books.Day, 1);
        if (reversed is not null)
        {
            if (fault != PlainFault.RefundKeepsTheLimitUsed)
                Use(Move.Of(reversed.Transfer) with { Amount = transfer.Amount }, reversed.Day, -1);
            SetPayment(Books.Payments[reversed.Sequence] with
            {
                Reversed = reversed.Reversed + (transfer.AtMost ?? transfer.Amount),
            });
        }

        if (transfer.Code.CanBeReversed())
            SetPayment(new PlainPayment(
                Books.Sequence, IsLookedAt(transfer) ? transfer : transfer with { Reference = null }, moved,
                Books.Day, 0, 0));
        if (transfer.EarnedBy is { } pay)
            SetPayment(Books.Payments[Books.Names[pay].Sequence] with { Rebate = Books.Sequence });
    }

    void CountGone((AccountId, TransferCode, AccountId) key, long amount) =>
        Books = Books with { Gone = Books.Gone.SetItem(key, Books.Gone.GetValueOrDefault(key) + amount) };

    void SetPayment(PlainPayment payment) =>
        Books = Books with { Payments = Books.Payments.SetItem(payment.Sequence, payment) };

    void Add(AccountId id, long amount) => Books = Books.With(Books[id] with { Points = Books[id].Points + amount });

    /// <summary>The lots that leave the giver, with the last days that they bring to the receiver.</summary>
    ImmutableList<PlainLot> LotsOf(Transfer transfer, PlainPayment? reversed)
    {
        var debit = Books[transfer.Debit];
        if (transfer.Hold is { } hold)
            return Resolve(hold, transfer.Amount);
        if (!debit.Kind.KeepsLots())
            return [new PlainLot(transfer.LastDay, transfer.Debit, transfer.Amount, 0)];
        if (transfer.Code == TransferCode.Decay)
        {
            // The lot has lost it already; now it is written.
            Books = Books.With(debit.Changed(transfer.LastDay, transfer.Credit, 0, -transfer.Amount));
            return [new PlainLot(transfer.LastDay, transfer.Credit, transfer.Amount, 0)];
        }

        if (transfer.Code == TransferCode.Expire)
            return [Take(transfer.Debit, transfer.LastDay, transfer.Credit, transfer.Amount)];
        return reversed is null
            ? TakeInOrder(transfer.Debit, transfer.Amount)
            : TakeBack(transfer.Debit, PartOf(reversed, transfer.AtMost ?? transfer.Amount), transfer.Amount,
                transfer.Code == TransferCode.RedeemReturn);
    }

    /// <summary>Of the lots that were not taken back yet, the last ones.</summary>
    ImmutableList<PlainLot> PartOf(PlainPayment payment, long part)
    {
        var left = First(payment.Lots, payment.Transfer.Amount - payment.Reversed);
        return fault == PlainFault.FirstLotComesBackFirst ? First(left, part) : First(left.Reverse(), part).Reverse();
    }

    static ImmutableList<PlainLot> First(ImmutableList<PlainLot> lots, long amount)
    {
        var first = ImmutableList<PlainLot>.Empty;
        foreach (var lot in lots)
        {
            var part = Math.Min(amount, lot.Amount);
            if (part > 0)
                first = first.Add(lot with { Amount = part });
            amount -= part;
        }

        return first;
    }

    /// <summary>
    /// The very lots that a payment brought, as far as they are there and can be spent; what is missing comes from the
    /// others in spending order. Either way the points have the last day that they had.
    /// </summary>
    ImmutableList<PlainLot> TakeBack(
        AccountId id, IReadOnlyList<PlainLot> lots, long amount, bool alsoEnded)
    {
        var taken = ImmutableList<PlainLot>.Empty;
        var missing = new List<PlainLot>();
        foreach (var lot in lots)
        {
            var lastDay = Books[id].Kind.KeepsLastDays() ? lot.LastDay : null;
            var there = Books[id].LotOf(lastDay, lot.Budget) is { } found && (alsoEnded || !found.HasEnded(Books.Day))
                ? found.Amount
                : 0;
            var part = Math.Min(Math.Min(there, lot.Amount), amount);
            if (part > 0)
                taken = taken.Add(Take(id, lastDay, lot.Budget, part) with { LastDay = lot.LastDay });
            amount -= part;
            missing.Add(lot with { Amount = lot.Amount - part });
        }

        foreach (var lot in missing)
        {
            var part = Math.Min(lot.Amount, amount);
            taken = taken.AddRange(TakeInOrder(id, part).Select(other => other with { LastDay = lot.LastDay }));
            amount -= part;
        }

        return fault == PlainFault.RefundLosesTheLastDay ? [.. taken.Select(l => l with { LastDay = null })] : taken;
    }

    /// <summary>Takes from the lots that end first, of those that have not ended.</summary>
    ImmutableList<PlainLot> TakeInOrder(AccountId id, long amount)
    {
        var taken = ImmutableList<PlainLot>.Empty;
        if (!Books[id].Kind.KeepsLots())
            return taken;
        var lots = Books[id].Lots.Where(l => !l.HasEnded(Books.Day));
        foreach (var lot in fault == PlainFault.LastLotIsSpentFirst ? lots.Reverse() : lots)
        {
            var part = Math.Min(amount, lot.Amount);
            if (part > 0)
                taken = taken.Add(Take(id, lot.LastDay, lot.Budget, part));
            amount -= part;
        }

        return taken;
    }

    PlainLot Take(AccountId id, DateOnly? lastDay, AccountId budget, long amount)
    {
        Books = Books.With(Books[id].Changed(lastDay, budget, -amount));
        return new PlainLot(lastDay, budget, amount, 0);
    }

    void Give(AccountId id, PlainLot lot)
    {
        var account = Books[id];
        var lastDay = account.Kind.KeepsLastDays() ? lot.LastDay : null;
        var budget = fault == PlainFault.BudgetsAreMixed && account.Lots.Find(l => l.LastDay == lastDay) is { } other
            ? other.Budget
            : lot.Budget;
        Books = Books.With(account.Changed(lastDay, budget, lot.Amount));
    }

    /// <summary>Ends a hold: an amount of its lots moves, the rest goes back.</summary>
    ImmutableList<PlainLot> Resolve(Guid id, long amount)
    {
        var hold = Books.Holds[id];
        if (fault != PlainFault.HoldResolvesTwice || amount == 0)
            Books = Books with { Holds = Books.Holds.Remove(id) };
        Use(Move.Of(hold.Command), hold.Day, -1);
        if (!Books[hold.Command.Debit].Kind.KeepsLots())
            return [new PlainLot(null, hold.Command.Debit, amount, 0)];
        var moved = ImmutableList<PlainLot>.Empty;
        foreach (var lot in hold.Lots)
        {
            var part = Math.Min(lot.Amount, amount);
            amount -= part;
            if (part > 0)
                moved = moved.Add(lot with { Amount = part });
            if (part < lot.Amount)
                Give(hold.Command.Debit, lot with { Amount = lot.Amount - part });
        }

        return moved;
    }
}
