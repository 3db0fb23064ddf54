namespace CityLoop.Ledger;

/// <summary>The rules, in the order of <see cref="PostOutcome"/>. Nothing in this file changes the books.</summary>
public sealed partial class LedgerState
{
    PostResult DecideAlone(LedgerCommand command, DateTimeOffset at)
    {
        if (command.Id == Guid.Empty)
            return new PostResult(PostOutcome.IdIsEmpty, 0);
        if (_ids.TryFind(command.Id, out var sequence, out var digest))
            return digest == IdTable.Kept(CommandContent.Digest(command))
                ? new PostResult(PostOutcome.AlreadyPosted, sequence)
                : new PostResult(PostOutcome.IdAlreadyPostedWithOtherContent, 0);

        var outcome = command switch
        {
            Transfer transfer => DecideTransfer(transfer, at),
            OpenAccount account => DecideAccount(account),
            BeginDay day => day.Day.DayNumber > _day ? PostOutcome.Posted : PostOutcome.DayHasAlreadyBegun,
            PlaceHold hold => DecideHold(hold, at),
            ReleaseHold release => DecideRelease(release),
            ChangeAccount change => DecideChange(change),
            SetLimit limit => DecideLimit(limit.Limit),
            SetLevel level => DecideLevel(level),
            DefineCurrency currency => DecideCurrency(currency),
            _ => throw CommandContent.Unknown(command),
        };
        return new PostResult(outcome, outcome == PostOutcome.Posted ? Sequence + 1 : 0);
    }

    PostOutcome DecideCurrency(DefineCurrency currency)
    {
        var isValid = currency.Currency.Value > 0
            && currency.Code.Length is >= 2 and <= 12
            && currency.Code.All(char.IsAsciiLetterUpper)
            && currency.Scale is >= 0 and <= 9
            && currency.DecayPerMonth is >= 0 and < Millionths;
        if (!isValid)
            return PostOutcome.CurrencyIsNotValid;
        return _currencies.Values.Any(c => c.Id == currency.Currency || c.Code == currency.Code)
            ? PostOutcome.CurrencyAlreadyDefined
            : PostOutcome.Posted;
    }

    PostOutcome DecideLimit(Limit limit)
    {
        if (!_currencies.ContainsKey(limit.Currency.Value))
            return PostOutcome.CurrencyUnknown;
        return LimitTable.IsValid(limit) ? PostOutcome.Posted : PostOutcome.LimitIsNotValid;
    }

    PostOutcome DecideTransfer(Transfer transfer, DateTimeOffset at)
    {
        var asked = transfer.AtMost ?? transfer.Amount;
        // A lot may have grown, transfer by transfer, beyond what one of them moves; it ends in one all the same.
        asked = transfer.Code.IsLoss() ? Math.Min(asked, Transfer.MaxAmount) : asked;
        if (DecideMove(asked, transfer.Debit, transfer.Credit) is { } move)
            return move;
        if (transfer.EffectiveAt > at)
            return PostOutcome.EffectiveTimeIsInTheFuture;

        ref readonly var debit = ref _accounts[transfer.Debit.Value];
        ref readonly var credit = ref _accounts[transfer.Credit.Value];
        if (DecideStatus(debit, credit, transfer.Code.IsReversal() || transfer.Code.IsLoss()) is { } status)
            return status;
        if (DecideKinds(transfer.Code, debit, credit) is { } kinds)
            return kinds;
        if (DecideLastDay(transfer, debit, credit) is { } lastDay)
            return lastDay;
        if ((DecideReversal(transfer) ?? DecideEarning(transfer) ?? DecideSettling(transfer, at)) is { } earlier)
            return earlier;
        if (transfer.Claim is { } claim && (claim == transfer.Id || _ids.Contains(claim)))
            return PostOutcome.ClaimAlreadyUsed;
        if (transfer.Hold is null && !_limits.IsEmpty && _limits.IsReachedBy(MoveOf(transfer, debit.Currency)))
            return PostOutcome.LimitIsReached;
        if (!HasEnough(transfer, debit))
            return PostOutcome.DebitAccountHasTooFewPoints;
        return DecideRoom(transfer, debit, credit);
    }

    /// <summary>What every movement and every hold must keep to.</summary>
    PostOutcome? DecideMove(long amount, AccountId debit, AccountId credit)
    {
        if (amount <= 0)
            return PostOutcome.AmountIsNotPositive;
        if (amount > Transfer.MaxAmount)
            return PostOutcome.AmountIsTooLarge;
        if (!Exists(debit))
            return PostOutcome.DebitAccountUnknown;
        if (!Exists(credit))
            return PostOutcome.CreditAccountUnknown;
        if (debit == credit)
            return PostOutcome.AccountsAreTheSame;
        return _accounts[debit.Value].Currency == _accounts[credit.Value].Currency
            ? null
            : PostOutcome.CurrenciesDiffer;
    }

    static PostOutcome? DecideStatus(in AccountRow debit, in AccountRow credit, bool endsSomethingOlder)
    {
        if (debit.Status == AccountStatus.Closed)
            return PostOutcome.DebitAccountIsClosed;
        if (credit.Status == AccountStatus.Closed)
            return PostOutcome.CreditAccountIsClosed;
        if (endsSomethingOlder)
            return null;
        if (debit.Status == AccountStatus.Frozen)
            return PostOutcome.DebitAccountIsFrozen;
        return credit.Status == AccountStatus.Frozen ? PostOutcome.CreditAccountIsFrozen : null;
    }

    PostOutcome? DecideKinds(TransferCode code, in AccountRow debit, in AccountRow credit)
    {
        if (debit.Kind == AccountKind.Issuing && credit.Kind != AccountKind.Budget)
            return PostOutcome.IssuingAccountFundsBudgetsOnly;
        return code == TransferCode.Gift && debit.Kind == AccountKind.Person && !_currencies[debit.Currency].MayBeGiven
            ? PostOutcome.CurrencyMayNotBeGiven
            : null;
    }

    PostOutcome? DecideLastDay(Transfer transfer, in AccountRow debit, in AccountRow credit)
    {
        switch (transfer.Code)
        {
            case TransferCode.Expire:
                if (!debit.Kind.KeepsLastDays() || transfer.LastDay is null)
                    return PostOutcome.LastDayIsNotAllowed;
                return transfer.LastDay.Value.DayNumber < _day ? null : PostOutcome.LastDayIsNotValid;
            case TransferCode.Decay:
                return DecideDecay(transfer, debit);
        }

        if (transfer.LastDay is null)
            return null;
        var isNew = debit.Kind is AccountKind.Budget or AccountKind.Outside;
        if (!credit.Kind.KeepsLastDays() || !(isNew || transfer.Code == TransferCode.Refund))
            return PostOutcome.LastDayIsNotAllowed;
        return transfer.LastDay.Value.DayNumber >= _day ? null : PostOutcome.LastDayIsNotValid;
    }

    PostOutcome? DecideReversal(Transfer transfer)
    {
        if (transfer.Code.IsReversal() != transfer.Reverses is not null
            || (transfer.EarnedBy is not null && transfer.Code != TransferCode.Rebate))
            return PostOutcome.ReversalIsNotValid;
        if (transfer.Reverses is not { } reversed)
            return null;
        if (!_ids.TryFind(reversed, out var sequence, out var digest))
            return PostOutcome.ReversedTransferUnknown;
        var index = digest == OfClaim ? -1 : _payments.IndexOf(sequence);
        if (index < 0)
            return sequence <= _payments.ForgottenUpTo && digest != OfClaim
                ? PostOutcome.ReversedTransferIsTooOld
                : PostOutcome.ReversalIsNotValid;
        ref readonly var payment = ref _payments[index];
        if (payment.Code != transfer.Code.Reversed())
            return PostOutcome.ReversalIsNotValid;
        var asked = transfer.AtMost ?? transfer.Amount;
        if (payment.Debit != transfer.Credit.Value || payment.Credit != transfer.Debit.Value || asked > payment.Amount)
            return PostOutcome.ReversalDoesNotMatch;
        return asked > payment.Amount - payment.Reversed ? PostOutcome.AlreadyReversed : null;
    }

    PostOutcome? DecideEarning(Transfer transfer)
    {
        if (transfer.EarnedBy is not { } earnedBy)
            return null;
        var index = PlaceOfPayment(earnedBy);
        if (index < 0 || _payments[index].Code != TransferCode.Pay || _payments[index].Reversed > 0
            || _payments[index].Debit != transfer.Credit.Value)
            return PostOutcome.EarningPaymentUnknown;
        return _payments[index].Rebate == 0 ? null : PostOutcome.PaymentHasAlreadyEarned;
    }

    bool HasEnough(Transfer transfer, in AccountRow debit)
    {
        // A hold has set its points aside when it was placed, a lot loses what it has.
        if (transfer.Hold is not null || transfer.Code == TransferCode.Decay)
            return true;
        if (transfer.Code == TransferCode.Expire)
            return _lots.AmountOf(debit.FirstLot, ToNumber(transfer.LastDay), transfer.Credit.Value) >= transfer.Amount;
        var there = Available(transfer.Debit.Value, debit) + (Int128)EndedOf(transfer, debit);
        return transfer.Amount > 0 && there >= transfer.Amount;
    }

    /// <summary>
    /// Of what a voucher's use brought: the part that has ended since and came back with its refund. It was never the
    /// person's to keep, so it returns all the same.
    /// </summary>
    long EndedOf(Transfer transfer, in AccountRow debit)
    {
        var ended = 0L;
        if (transfer.Code != TransferCode.RedeemReturn || !debit.Kind.KeepsLastDays())
            return ended;
        var part = _payments.LotsOf(PlaceOfPayment(transfer.Reverses!.Value), transfer.AtMost ?? transfer.Amount);
        foreach (var lot in part)
            if (ToNumber(lot.LastDay) is var lastDay && lastDay < _day)
                ended += Math.Min(lot.Amount, _lots.AmountOf(debit.FirstLot, lastDay, lot.Budget.Value));
        return ended;
    }

    /// <summary>What an account can give: spendable, above its minimum.</summary>
    long Available(int account, in AccountRow row)
    {
        if (_bounds.GetValueOrDefault(account).Minimum is { } minimum)
        {
            // In 128 bits: a balance and a minimum may lie at the two ends of what a number can hold.
            var above = (Int128)row.Balance - HeldIn(account) - minimum;
            var most = row.Kind.MayGoBelowZero() ? Transfer.MaxAmount : Spendable(account, row);
            return (long)Int128.Clamp(above, 0, most);
        }

        return row.Kind.MayGoBelowZero() ? Transfer.MaxAmount : Spendable(account, row);
    }

    /// <summary>How much of "at most" can move; the amount itself where another rule will refuse it.</summary>
    long Movable(Transfer transfer, long most)
    {
        if (most <= 0 || !Exists(transfer.Debit) || !Exists(transfer.Credit) || transfer.Hold is not null
            || transfer.Code.IsLoss())
            return most;
        var there = Available(transfer.Debit.Value, _accounts[transfer.Debit.Value]);
        var room = transfer.Code.IsReversal() ? null : _bounds.GetValueOrDefault(transfer.Credit.Value).Maximum;
        var balance = _accounts[transfer.Credit.Value].Balance;
        var fits = room is { } maximum ? (long)Int128.Clamp((Int128)maximum - balance, 0, most) : most;
        return Math.Min(most, Math.Min(there, fits));
    }

    PostOutcome DecideRoom(Transfer transfer, in AccountRow debit, in AccountRow credit)
    {
        var bounds = _bounds.GetValueOrDefault(transfer.Credit.Value);
        var after = (Int128)credit.Balance + transfer.Amount;
        // What a voucher brings goes on to the shop in the same set.
        var passesOn = transfer.Code == TransferCode.Redeem;
        if (after > bounds.Maximum && !transfer.Code.IsReversal() && !transfer.Code.IsLoss() && !passesOn)
            return PostOutcome.CreditAccountIsFull;
        if (after > long.MaxValue || (transfer.Hold is null && IsTooFarBelow(transfer.Debit, transfer.Amount)))
            return PostOutcome.CreditBalanceIsTooLarge;
        if (debit.Kind.IsInTheWorld() && credit.Kind.IsInTheWorld())
            return PostOutcome.Posted;

        var currency = _currencies[debit.Currency];
        var outstanding = (Int128)currency.Outstanding + OutstandingChange(transfer, debit.Kind, credit.Kind);
        var funding = (Int128)currency.Funding + FundingChange(transfer, debit.Kind, credit.Kind);
        if (outstanding > long.MaxValue || funding > long.MaxValue)
            return PostOutcome.CreditBalanceIsTooLarge;
        var isWorse = outstanding - funding > (Int128)currency.Outstanding - currency.Funding;
        return currency.IsBacked && isWorse && outstanding > funding
            ? PostOutcome.FundingIsTooLow
            : PostOutcome.Posted;
    }

    /// <summary>An account below zero is bounded by the same distance, with what it has promised.</summary>
    bool IsTooFarBelow(AccountId debit, long amount) =>
        (Int128)_accounts[debit.Value].Balance - HeldIn(debit.Value) - amount < long.MinValue;

    static long OutstandingChange(Transfer transfer, AccountKind debit, AccountKind credit) =>
        (credit.IsInTheWorld() ? transfer.Amount : 0) - (debit.IsInTheWorld() ? transfer.Amount : 0);

    static long FundingChange(Transfer transfer, AccountKind debit, AccountKind credit) =>
        (credit == AccountKind.Funding ? transfer.Amount : 0) - (debit == AccountKind.Funding ? transfer.Amount : 0);

    LimitTable.Move MoveOf(Transfer t, short currency) =>
        MoveOf(t.Code, currency, t.Debit.Value, t.Credit.Value, t.Amount, t.Reference);

    LimitTable.Move MoveOf(
        TransferCode code, short currency, int debit, int credit, long amount, Guid? reference) =>
        new(code, currency, debit, credit, amount, reference, _accounts[debit].Level, _accounts[credit].Level);
}
