using System.Globalization;

namespace CityLoop.Ledger;

/// <summary>
/// A currency whose points lose a share each month. The loss is computed when an account is touched and written in
/// front of what touched it, lot by lot, back to the budget that funded the lot; whoever reads in between sees what
/// would be written. Doing it for every account at each turn of the month gives the same books.
/// </summary>
public sealed partial class LedgerState
{
    const int Millionths = 1_000_000;

    /// <summary>
    /// The decay that is due on an account now, one transfer for each lot that loses something.
    /// </summary>
    public IReadOnlyList<Transfer> DecayOf(AccountId account)
    {
        if (!Exists(account))
            return [];
        ref readonly var row = ref _accounts[account.Value];
        var share = DecayOf(row);
        if (share == 0)
            return [];
        var due = new List<Transfer>();
        for (var i = row.FirstLot; i != 0; i = _lots[i].Next)
            if (Loss(_lots[i], share) is > 0 and var loss)
                due.Add(new Transfer(
                    DecayId(account, _lots[i], row.LastSequence), account, new AccountId(_lots[i].Budget), loss,
                    TransferCode.Decay)
                {
                    LastDay = ToDay(_lots[i].LastDay),
                });
        return due;
    }

    /// <summary>
    /// The account's last entry is in the id: a refilled lot may decay again in the same month. Where somebody has
    /// posted a decay under just this id before its time, the next one is taken.
    /// </summary>
    Guid DecayId(AccountId account, in LotPool.Row lot, long lastSequence)
    {
        var last = lastSequence.ToString(CultureInfo.InvariantCulture);
        while (true)
        {
            var id = DerivedId.From(
                "decay", account.ToString(), lot.LastDay.ToString(CultureInfo.InvariantCulture),
                lot.Budget.ToString(CultureInfo.InvariantCulture), last);
            if (!_ids.TryFind(id, out _, out _))
                return id;
            last += "+";
        }
    }

    PostOutcome? DecideDecay(Transfer transfer, in AccountRow debit)
    {
        var place = _lots.PlaceOf(debit.FirstLot, ToNumber(transfer.LastDay), transfer.Credit.Value);
        var isDue = place != 0 && transfer.AtMost is null && Loss(_lots[place], DecayOf(debit)) == transfer.Amount;
        return isDue ? null : PostOutcome.DecayIsNotDue;
    }

    /// <summary>What an account has lost that is not yet written: of all lots, and of those not yet ended.</summary>
    (long All, long Spendable) DecayDue(in AccountRow row)
    {
        var share = DecayOf(row);
        if (share == 0)
            return (0, 0);
        var (all, spendable) = (0L, 0L);
        for (var i = row.FirstLot; i != 0; i = _lots[i].Next)
        {
            var loss = Loss(_lots[i], share);
            all += loss;
            spendable += _lots[i].LastDay < _day ? 0 : loss;
        }

        return (all, spendable);
    }

    int DecayOf(in AccountRow row) =>
        _anyDecays && row.Kind.KeepsLastDays() ? _currencies[row.Currency].DecayPerMonth : 0;

    /// <summary>What a lot loses from the month of its last decay to the present one.</summary>
    long Loss(in LotPool.Row lot, int share)
    {
        if (share == 0 || lot.Month == 0)
            return 0;
        var left = lot.Amount;
        for (var months = Month - lot.Month; months > 0; months--)
        {
            var loss = (long)((Int128)left * share / Millionths);
            if (loss == 0)
                break;
            left -= loss;
        }

        return lot.Amount - left;
    }

    /// <summary>Writes the decay that is due on the accounts that commands touch.</summary>
    void TakeInDecay(ReadOnlySpan<LedgerCommand> commands, DateTimeOffset at, List<JournalEntry> entries)
    {
        if (!_anyDecays)
            return;
        foreach (var command in commands)
        {
            var (one, other) = TouchedBy(command);
            foreach (var decay in DecayOf(one))
                entries.Add(TakeIn(decay, at));
            foreach (var decay in DecayOf(other))
                entries.Add(TakeIn(decay, at));
        }
    }

    /// <summary>The accounts whose lots a command moves; number 0 for none.</summary>
    static (AccountId One, AccountId Other) TouchedBy(LedgerCommand command) => command switch
    {
        Transfer { Code: TransferCode.Decay } => default,
        Transfer transfer => (transfer.Debit, transfer.Credit),
        PlaceHold hold => (hold.Debit, default),
        ReleaseHold release => (release.Account, default),
        ChangeAccount change => (change.Account, default),
        SetLevel level => (level.Account, default),
        _ => default,
    };

    bool IsDecayDue(LedgerCommand command)
    {
        if (!_anyDecays)
            return false;
        var (one, other) = TouchedBy(command);
        return IsDue(one) || IsDue(other);

        bool IsDue(AccountId account) => Exists(account) && DecayDue(_accounts[account.Value]).All > 0;
    }

    short Month => (short)Calendar.MonthOf(_day);
}
