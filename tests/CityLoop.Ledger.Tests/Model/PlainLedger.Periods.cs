namespace CityLoop.Ledger.Tests.Model;

/// <summary>What depends on days and months: limits and decay.</summary>
sealed partial class PlainLedger
{
    bool IsLimitReached(Move move)
    {
        foreach (var limit in Books.Limits.Values)
            if (Counts(limit, move)
                && (Int128)Books.Used.GetValueOrDefault(UseOf(limit, move, Books.Day)) + move.Amount > limit.Max)
                return true;
        return false;
    }

    /// <summary>
    /// Counts an amount where it is of the present period; below nothing nobody can have used.
    /// </summary>
    void Use(Move move, DateOnly? day, int sign)
    {
        foreach (var limit in Books.Limits.Values)
        {
            if (!Counts(limit, move) || PeriodOf(limit.Period, day) != PeriodOf(limit.Period, Books.Day))
                continue;
            var use = UseOf(limit, move, Books.Day);
            var used = Math.Max(0, Books.Used.GetValueOrDefault(use) + sign * move.Amount);
            Books = Books with { Used = Books.Used.SetItem(use, used) };
        }
    }

    /// <summary>Only what some limit asks for is remembered: a later limit has not counted it.</summary>
    bool IsLookedAt(Transfer transfer) => Books.Limits.Values.Any(limit =>
        (limit.Reference is not null || limit.Per == LimitPer.ReceiverAndReference)
        && IsOf(limit, Move.Of(transfer)));

    bool Counts(Limit limit, Move move) =>
        IsOf(limit, move)
        && !(Books[limit.Per is LimitPer.Giver or LimitPer.GiverAndReceiver ? move.Debit : move.Credit].Level
            > limit.UpToLevel);

    bool IsOf(Limit limit, Move move) =>
        limit.Code == move.Code && limit.Currency == Books[move.Debit].Currency
        && (limit.Reference is null || limit.Reference == move.Reference)
        && (limit.Per != LimitPer.ReceiverAndReference || move.Reference is not null);

    PlainUse UseOf(Limit limit, Move move, DateOnly? day) => new(
        limit.Number,
        limit.Per is LimitPer.Giver or LimitPer.GiverAndReceiver ? move.Debit : default,
        limit.Per is LimitPer.Giver ? default : move.Credit,
        limit.Per == LimitPer.ReceiverAndReference ? move.Reference!.Value : default,
        PeriodOf(limit.Period, day));

    /// <summary>Everybody's dated lots lose their share, month by month; it is written when they are touched.</summary>
    void Decay(int months)
    {
        if (Books.Day is null)
            return;
        for (; months > 0; months--)
            foreach (var account in Books.Accounts)
            {
                var share = Books.Currencies[account.Currency.Value].DecayPerMonth;
                if (share > 0 && account.Kind.KeepsLastDays())
                    Books = Books.With(Books[account.Id] with
                    {
                        Lots = [.. Books[account.Id].Lots.Select(lot => Decayed(lot, share))],
                    });
            }
    }

    PlainLot Decayed(PlainLot lot, int share)
    {
        var exact = (Int128)lot.Amount * share;
        var loss = (long)(exact / 1_000_000);
        if (fault == PlainFault.DecayIsRoundedUp && exact % 1_000_000 != 0)
            loss++;
        return lot with { Amount = lot.Amount - loss, Lost = lot.Lost + loss };
    }

    /// <summary>Writes what the accounts have lost that a command touches, in front of it.</summary>
    void WriteDecay(LedgerCommand command, DateTimeOffset at)
    {
        if (command is Transfer { Code: TransferCode.Decay })
            return;
        foreach (var id in new[] { DebitOf(command), (command as Transfer)?.Credit ?? default })
            if (Books.Has(id))
            {
                var last = Books[id].LastSequence;
                foreach (var lot in Books[id].Lots.Where(l => l.Lost > 0))
                    TakeIn(
                        new Transfer(DecayId(id, lot, last), id, lot.Budget, lot.Lost, TransferCode.Decay)
                        {
                            LastDay = lot.LastDay,
                        },
                        at);
            }
    }

    /// <summary>
    /// The ledger's own ids follow from the account, the lot and the account's last entry; none stands twice.
    /// </summary>
    Guid DecayId(AccountId account, PlainLot lot, long last, string again = "")
    {
        var id = DerivedId.From(
            "decay", $"{account}", $"{lot.LastDay?.DayNumber ?? int.MaxValue}", $"{lot.Budget}", $"{last}{again}");
        return Books.Names.ContainsKey(id) ? DecayId(account, lot, last, again + "+") : id;
    }

    /// <summary>What counts against a limit.</summary>
    readonly record struct Move(TransferCode Code, AccountId Debit, AccountId Credit, long Amount, Guid? Reference)
    {
        public static Move Of(Transfer t) => new(t.Code, t.Debit, t.Credit, t.Amount, t.Reference);

        public static Move Of(PlaceHold h) => new(h.Code, h.Debit, h.Credit, h.Amount, h.Reference);
    }
}
