namespace CityLoop.Ledger;

/// <summary>The rules, in the order of <see cref="PostOutcome"/>. Nothing in this file changes the books.</summary>
public sealed partial class LedgerState
{
    PostResult DecideAlone(LedgerCommand command)
    {
        if (command.Id == Guid.Empty)
            return new PostResult(PostOutcome.IdIsEmpty, 0);
        if (_ids.TryFind(command.Id, out var sequence, out var digest))
            return digest == CommandContent.Digest(command)
                ? new PostResult(PostOutcome.AlreadyPosted, sequence)
                : new PostResult(PostOutcome.IdAlreadyPostedWithOtherContent, 0);

        var outcome = command switch
        {
            Transfer transfer => DecideTransfer(transfer),
            OpenAccount account => DecideAccount(account),
            BeginDay day => day.Day.DayNumber > _day ? PostOutcome.Posted : PostOutcome.DayHasAlreadyBegun,
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
            && currency.Scale is >= 0 and <= 9;
        if (!isValid)
            return PostOutcome.CurrencyIsNotValid;
        return _currencies.Values.Any(c => c.Id == currency.Currency || c.Code == currency.Code)
            ? PostOutcome.CurrencyAlreadyDefined
            : PostOutcome.Posted;
    }

    PostOutcome DecideAccount(OpenAccount account)
    {
        if (!_currencies.ContainsKey(account.Currency.Value))
            return PostOutcome.CurrencyUnknown;
        return Enum.IsDefined(account.Kind) ? PostOutcome.Posted : PostOutcome.AccountKindUnknown;
    }

    PostOutcome DecideTransfer(Transfer transfer)
    {
        if (transfer.Amount <= 0)
            return PostOutcome.AmountIsNotPositive;
        if (transfer.Amount > Transfer.MaxAmount)
            return PostOutcome.AmountIsTooLarge;
        if (!Exists(transfer.Debit))
            return PostOutcome.DebitAccountUnknown;
        if (!Exists(transfer.Credit))
            return PostOutcome.CreditAccountUnknown;
        if (transfer.Debit == transfer.Credit)
            return PostOutcome.AccountsAreTheSame;

        ref readonly var debit = ref _accounts[transfer.Debit.Value];
        ref readonly var credit = ref _accounts[transfer.Credit.Value];
        if (debit.Currency != credit.Currency)
            return PostOutcome.CurrenciesDiffer;
        if (debit.Kind == AccountKind.Issuing && credit.Kind != AccountKind.Budget)
            return PostOutcome.IssuingAccountFundsBudgetsOnly;
        if (DecideLastDay(transfer, debit.Kind, credit.Kind) is { } lastDay)
            return lastDay;
        if (DecideReversal(transfer) is { } reversal)
            return reversal;
        if (transfer.Claim is { } claim && (claim == transfer.Id || _ids.Contains(claim)))
            return PostOutcome.ClaimAlreadyUsed;
        if (!HasEnough(transfer, debit))
            return PostOutcome.DebitAccountHasTooFewPoints;
        // A debit account below zero is bounded by the same distance.
        return credit.Balance > long.MaxValue - transfer.Amount || debit.Balance < long.MinValue + transfer.Amount
            ? PostOutcome.CreditBalanceIsTooLarge
            : PostOutcome.Posted;
    }

    PostOutcome? DecideLastDay(Transfer transfer, AccountKind debit, AccountKind credit)
    {
        if (transfer.Code == TransferCode.Expire)
        {
            if (!debit.KeepsLastDays() || transfer.LastDay is null)
                return PostOutcome.LastDayIsNotAllowed;
            return transfer.LastDay.Value.DayNumber < _day ? null : PostOutcome.LastDayIsNotValid;
        }

        if (transfer.LastDay is null)
            return null;
        if (debit is not (AccountKind.Budget or AccountKind.Outside) || !credit.KeepsLastDays())
            return PostOutcome.LastDayIsNotAllowed;
        return transfer.LastDay.Value.DayNumber >= _day ? null : PostOutcome.LastDayIsNotValid;
    }

    PostOutcome? DecideReversal(Transfer transfer)
    {
        var isReversal = transfer.Code is TransferCode.Refund or TransferCode.RebateReturn;
        if (isReversal != transfer.Reverses is not null)
            return PostOutcome.ReversalIsNotValid;
        if (transfer.Reverses is not { } reversed)
            return null;
        // Within a linked set the ids of that set are not yet known: a set cannot reverse what it makes itself.
        if (!_ids.TryFind(reversed, out var sequence, out _))
            return PostOutcome.ReversedTransferUnknown;
        if (!_payments.TryGetValue(sequence, out var payment))
            return PostOutcome.ReversalIsNotValid;
        if (payment.Debit != transfer.Credit.Value || payment.Credit != transfer.Debit.Value
            || payment.Amount != transfer.Amount)
            return PostOutcome.ReversalDoesNotMatch;
        return payment.IsReversed ? PostOutcome.AlreadyReversed : null;
    }

    bool HasEnough(Transfer transfer, in AccountRow debit)
    {
        if (debit.Kind.MayGoBelowZero())
            return true;
        if (debit.Balance < transfer.Amount)
            return false;
        if (!debit.Kind.KeepsLots())
            return true;
        if (transfer.Code == TransferCode.Expire)
            return _lots.AmountOf(debit.FirstLot, ToNumber(transfer.LastDay), transfer.Credit.Value) >= transfer.Amount;
        return Spendable(debit) >= transfer.Amount;
    }
}
