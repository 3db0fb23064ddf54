namespace CityLoop.Ledger.Tests.Model;

/// <summary>The rules, in the order of the outcomes; nothing here changes the books.</summary>
sealed partial class PlainLedger
{
    PostOutcome DecideOne(LedgerCommand command, DateTimeOffset at)
    {
        if (command.Id == Guid.Empty)
            return PostOutcome.IdIsEmpty;
        return command switch
        {
            DefineCurrency currency => DecideCurrency(currency),
            OpenAccount open => !Books.Currencies.ContainsKey(open.Currency.Value) ? PostOutcome.CurrencyUnknown
                : Enum.IsDefined(open.Kind) ? PostOutcome.Posted : PostOutcome.AccountKindUnknown,
            BeginDay begin => begin.Day <= Books.Day ? PostOutcome.DayHasAlreadyBegun : PostOutcome.Posted,
            SetLimit limit => DecideLimit(limit.Limit),
            ChangeAccount change => DecideChange(change),
            SetLevel { Account: var account, Level: var level } =>
                !Books.Has(account) ? PostOutcome.AccountUnknown
                : Books[account].Status == AccountStatus.Closed ? PostOutcome.AccountIsClosed
                : level is < 0 or > 15 ? PostOutcome.AccountRuleIsNotValid : PostOutcome.Posted,
            Transfer transfer => DecideTransfer(transfer, at),
            PlaceHold hold => DecideHold(hold, at),
            ReleaseHold release => DecideRelease(release),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    PostOutcome DecideCurrency(DefineCurrency currency)
    {
        if (currency.Currency.Value <= 0 || currency.Code.Length is < 2 or > 12
            || currency.Code.Any(letter => letter is < 'A' or > 'Z')
            || currency.Scale is < 0 or > 9 || currency.DecayPerMonth is < 0 or > 999_999)
            return PostOutcome.CurrencyIsNotValid;
        return Books.Currencies.Values.Any(c => c.Currency == currency.Currency || c.Code == currency.Code)
            ? PostOutcome.CurrencyAlreadyDefined
            : PostOutcome.Posted;
    }

    PostOutcome DecideLimit(Limit limit)
    {
        if (!Books.Currencies.ContainsKey(limit.Currency.Value))
            return PostOutcome.CurrencyUnknown;
        return limit.Number <= 0 || !Enum.IsDefined(limit.Code) || limit.Code.IsReversal() || limit.Code.IsLoss()
            || !Enum.IsDefined(limit.Per)
            || !Enum.IsDefined(limit.Period) || limit.Max < 0 || limit.UpToLevel is < 0 or > 15
            ? PostOutcome.LimitIsNotValid
            : PostOutcome.Posted;
    }

    PostOutcome DecideChange(ChangeAccount change)
    {
        if (!Books.Has(change.Account))
            return PostOutcome.AccountUnknown;
        var account = Books[change.Account];
        if (account.Status == AccountStatus.Closed)
            return PostOutcome.AccountIsClosed;
        if (!Enum.IsDefined(change.Status) || change.Minimum > change.Maximum
            || (change.Minimum < 0 && !account.Kind.MayGoBelowZero()))
            return PostOutcome.AccountRuleIsNotValid;
        return change.Status == AccountStatus.Closed
            && (Books.BalanceOf(change.Account) != 0 || Books.HasPointsAbroad(change.Account))
            ? PostOutcome.AccountIsNotEmpty
            : PostOutcome.Posted;
    }

    PostOutcome DecideTransfer(Transfer transfer, DateTimeOffset at)
    {
        var asked = transfer.AtMost ?? transfer.Amount;
        asked = transfer.Code.IsLoss() ? Math.Min(asked, Transfer.MaxAmount) : asked;
        if (FirstOfMove(asked, transfer.Debit, transfer.Credit) is { } move)
            return move;
        if (transfer.EffectiveAt > at)
            return PostOutcome.EffectiveTimeIsInTheFuture;
        var (debit, credit) = (Books[transfer.Debit], Books[transfer.Credit]);
        var endsSomething = transfer.Code.IsReversal() || transfer.Code.IsLoss();
        if (FirstOfStatus(debit, credit, endsSomething) is { } status)
            return status;
        if (FirstOfKinds(transfer.Code, debit, credit) is { } kinds)
            return kinds;
        if ((FirstOfLastDay(transfer, debit, credit) ?? FirstOfReversal(transfer) ?? FirstOfEarning(transfer)
            ?? FirstOfSettling(transfer, at)) is { } earlier)
            return earlier;
        if (IsUsedUp(transfer.Claim, transfer.Id))
            return PostOutcome.ClaimAlreadyUsed;
        if (transfer.Hold is null && IsLimitReached(Move.Of(transfer)))
            return PostOutcome.LimitIsReached;
        if (!HasEnough(transfer, debit))
            return PostOutcome.DebitAccountHasTooFewPoints;
        return FirstOfRoom(transfer, debit, credit) ?? PostOutcome.Posted;
    }

    PostOutcome DecideHold(PlaceHold hold, DateTimeOffset at)
    {
        if (FirstOfMove(hold.Amount, hold.Debit, hold.Credit) is { } move)
            return move;
        var (debit, credit) = (Books[hold.Debit], Books[hold.Credit]);
        if ((FirstOfStatus(debit, credit, endsSomething: false) ?? FirstOfKinds(hold.Code, debit, credit)) is { } first)
            return first;
        if (hold.Code.IsReversal() || hold.Code.IsLoss() || !Enum.IsDefined(hold.Code))
            return PostOutcome.ReversalIsNotValid;
        if (hold.Until <= at)
            return PostOutcome.HoldHasTimedOut;
        if (IsUsedUp(hold.Claim, hold.Id))
            return PostOutcome.ClaimAlreadyUsed;
        if (IsLimitReached(Move.Of(hold)))
            return PostOutcome.LimitIsReached;
        if (Available(hold.Debit) < hold.Amount)
            return PostOutcome.DebitAccountHasTooFewPoints;
        return Books.BalanceOf(hold.Debit) - Books.HeldIn(hold.Debit) - hold.Amount < long.MinValue
            ? PostOutcome.CreditBalanceIsTooLarge
            : PostOutcome.Posted;
    }

    PostOutcome DecideRelease(ReleaseHold release)
    {
        if (!Books.Names.ContainsKey(release.Hold))
            return PostOutcome.HoldUnknown;
        if (!Books.Holds.TryGetValue(release.Hold, out var hold))
            return PostOutcome.HoldIsNotOpen;
        return hold.Command.Debit == release.Account ? PostOutcome.Posted : PostOutcome.HoldDoesNotMatch;
    }

    PostOutcome? FirstOfMove(long amount, AccountId debit, AccountId credit) =>
        amount <= 0 ? PostOutcome.AmountIsNotPositive
        : amount > Transfer.MaxAmount ? PostOutcome.AmountIsTooLarge
        : !Books.Has(debit) ? PostOutcome.DebitAccountUnknown
        : !Books.Has(credit) ? PostOutcome.CreditAccountUnknown
        : debit == credit ? PostOutcome.AccountsAreTheSame
        : Books[debit].Currency != Books[credit].Currency ? PostOutcome.CurrenciesDiffer
        : null;

    PostOutcome? FirstOfStatus(PlainAccount debit, PlainAccount credit, bool endsSomething) =>
        debit.Status == AccountStatus.Closed ? PostOutcome.DebitAccountIsClosed
        : credit.Status == AccountStatus.Closed ? PostOutcome.CreditAccountIsClosed
        : endsSomething ? null
        : debit.Status == AccountStatus.Frozen && fault != PlainFault.FrozenAccountPays
            ? PostOutcome.DebitAccountIsFrozen
        : credit.Status == AccountStatus.Frozen ? PostOutcome.CreditAccountIsFrozen
        : null;

    PostOutcome? FirstOfKinds(TransferCode code, PlainAccount debit, PlainAccount credit) =>
        debit.Kind == AccountKind.Issuing && credit.Kind != AccountKind.Budget
            ? PostOutcome.IssuingAccountFundsBudgetsOnly
        : code == TransferCode.Gift && debit.Kind == AccountKind.Person
            && !Books.Currencies[debit.Currency.Value].MayBeGiven ? PostOutcome.CurrencyMayNotBeGiven
        : null;

    PostOutcome? FirstOfLastDay(Transfer transfer, PlainAccount debit, PlainAccount credit)
    {
        if (transfer.Code == TransferCode.Decay)
            return transfer.AtMost is null
                && debit.LotOf(transfer.LastDay, transfer.Credit) is { Lost: > 0 } lot && lot.Lost == transfer.Amount
                ? null
                : PostOutcome.DecayIsNotDue;
        if (transfer.Code == TransferCode.Expire)
            return !debit.Kind.KeepsLastDays() || transfer.LastDay is null ? PostOutcome.LastDayIsNotAllowed
                : transfer.LastDay < Books.Day ? null
                : PostOutcome.LastDayIsNotValid;
        if (transfer.LastDay is null)
            return null;
        var mayName = transfer.Code == TransferCode.Refund || debit.Kind is AccountKind.Budget or AccountKind.Outside;
        return !mayName || !credit.Kind.KeepsLastDays() ? PostOutcome.LastDayIsNotAllowed
            : transfer.LastDay < Books.Day ? PostOutcome.LastDayIsNotValid
            : null;
    }

    PostOutcome? FirstOfReversal(Transfer transfer)
    {
        if (transfer.Code.IsReversal() != transfer.Reverses is not null
            || (transfer.EarnedBy is not null && transfer.Code != TransferCode.Rebate))
            return PostOutcome.ReversalIsNotValid;
        if (transfer.Reverses is not { } reversed)
            return null;
        if (!Books.Names.TryGetValue(reversed, out var named))
            return PostOutcome.ReversedTransferUnknown;
        if (IsForgotten(named.Sequence) && named.Content is not null)
            return PostOutcome.ReversedTransferIsTooOld;
        if (named.Content is null || !Books.Payments.TryGetValue(named.Sequence, out var payment)
            || payment.Transfer.Code != transfer.Code switch
            {
                TransferCode.Refund => TransferCode.Pay,
                TransferCode.RebateReturn => TransferCode.Rebate,
                _ => TransferCode.Redeem,
            })
            return PostOutcome.ReversalIsNotValid;
        if (payment.Transfer.Debit != transfer.Credit || payment.Transfer.Credit != transfer.Debit
            || payment.Transfer.Amount < (transfer.AtMost ?? transfer.Amount))
            return PostOutcome.ReversalDoesNotMatch;
        return payment.Reversed + (transfer.AtMost ?? transfer.Amount) > payment.Transfer.Amount
            && fault != PlainFault.RefundSucceedsTwice
            ? PostOutcome.AlreadyReversed
            : null;
    }

    /// <summary>What stands in front of a payment that is too old is too old itself.</summary>
    bool IsForgotten(long sequence) => Books.Day is { } day && Books.Payments.Values.Any(
        p => p.Sequence >= sequence && (p.Day ?? DateOnly.MinValue) < day.AddDays(-LedgerState.ReversibleDays));

    PostOutcome? FirstOfEarning(Transfer transfer)
    {
        if (transfer.EarnedBy is not { } earnedBy)
            return null;
        if (!Books.Names.TryGetValue(earnedBy, out var named) || named.Content is null || IsForgotten(named.Sequence)
            || !Books.Payments.TryGetValue(named.Sequence, out var payment)
            || payment.Transfer.Code != TransferCode.Pay || payment.Reversed > 0
            || payment.Transfer.Debit != transfer.Credit)
            return PostOutcome.EarningPaymentUnknown;
        return payment.Rebate != 0 ? PostOutcome.PaymentHasAlreadyEarned : null;
    }

    PostOutcome? FirstOfSettling(Transfer transfer, DateTimeOffset at)
    {
        if (transfer.Hold is not { } id)
            return null;
        if (!Books.Names.ContainsKey(id))
            return PostOutcome.HoldUnknown;
        if (!Books.Holds.TryGetValue(id, out var hold))
            return PostOutcome.HoldIsNotOpen;
        var asked = hold.Command;
        if (asked.Debit != transfer.Debit || asked.Credit != transfer.Credit || asked.Code != transfer.Code
            || asked.Reference != transfer.Reference || transfer.Amount > asked.Amount || transfer.LastDay is not null)
            return PostOutcome.HoldDoesNotMatch;
        return asked.Until <= at ? PostOutcome.HoldHasTimedOut : null;
    }

    bool IsUsedUp(Guid? claim, Guid id) =>
        claim is { } name && (name == id || Books.Names.ContainsKey(name)) && fault != PlainFault.ClaimIsUsedTwice;

    bool HasEnough(Transfer transfer, PlainAccount debit) =>
        transfer.Hold is not null || transfer.Code == TransferCode.Decay
        || (transfer.Code == TransferCode.Expire
            ? debit.LotOf(transfer.LastDay, transfer.Credit)?.Amount >= transfer.Amount
            : transfer.Amount > 0 && Available(transfer.Debit) + EndedOf(transfer, debit) >= transfer.Amount);

    /// <summary>What a voucher brought goes back also when it has ended.</summary>
    Int128 EndedOf(Transfer transfer, PlainAccount debit) =>
        transfer.Code != TransferCode.RedeemReturn || !debit.Kind.KeepsLastDays() ? 0
        : PartOf(
                Books.Payments[Books.Names[transfer.Reverses!.Value].Sequence], transfer.AtMost ?? transfer.Amount)
            .Where(lot => lot.HasEnded(Books.Day))
            .Sum(lot => (Int128)Math.Min(lot.Amount, debit.LotOf(lot.LastDay, lot.Budget)?.Amount ?? 0));

    PostOutcome? FirstOfRoom(Transfer transfer, PlainAccount debit, PlainAccount credit)
    {
        var after = Books.BalanceOf(credit.Id) + transfer.Amount;
        if (after > credit.Maximum && !transfer.Code.IsReversal() && !transfer.Code.IsLoss()
            && transfer.Code != TransferCode.Redeem)
            return PostOutcome.CreditAccountIsFull;
        var promised = transfer.Hold is null ? Books.HeldIn(debit.Id) : 0;
        if (after > long.MaxValue || Books.BalanceOf(debit.Id) - promised - transfer.Amount < long.MinValue)
            return PostOutcome.CreditBalanceIsTooLarge;
        if (!Books.Currencies[debit.Currency.Value].IsBacked || fault == PlainFault.BackingIsNotAsked
            || (debit.Kind.IsInTheWorld() && credit.Kind.IsInTheWorld()))
            return null;
        var outstanding = Books.Outstanding(debit.Currency)
            + (credit.Kind.IsInTheWorld() ? transfer.Amount : 0) - (debit.Kind.IsInTheWorld() ? transfer.Amount : 0);
        var funding = Books.Funding(debit.Currency)
            + (credit.Kind == AccountKind.Funding ? transfer.Amount : 0)
            - (debit.Kind == AccountKind.Funding ? transfer.Amount : 0);
        return outstanding > funding ? PostOutcome.FundingIsTooLow : null;
    }

    /// <summary>What an account can give to new business.</summary>
    Int128 Available(AccountId id)
    {
        var account = Books[id];
        var held = fault == PlainFault.HoldDoesNotCount ? 0 : Books.HeldIn(id);
        var most = account.Kind.MayGoBelowZero() ? Transfer.MaxAmount
            : Books.SpendableOf(id) + Books.HeldIn(id) - held;
        return account.Minimum is { } minimum
            ? Int128.Clamp(Books.BalanceOf(id) - held - minimum, 0, most)
            : most;
    }

    /// <summary>How much of "at most" can move; the amount itself where another rule will refuse it.</summary>
    long Movable(Transfer transfer, long most)
    {
        if (most <= 0 || !Books.Has(transfer.Debit) || !Books.Has(transfer.Credit) || transfer.Hold is not null
            || transfer.Code.IsLoss())
            return most;
        var can = Int128.Min(most, Available(transfer.Debit));
        if (Books[transfer.Credit].Maximum is { } maximum && !transfer.Code.IsReversal())
            can = Int128.Min(can, Int128.Max(0, maximum - Books.BalanceOf(transfer.Credit)));
        return (long)can;
    }
}
