using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;

namespace CityLoop.Server.Merchants;

/// <summary>A shop's point of sale: takes codes, within the limit for wrong ones.</summary>
sealed class Till(
    Payments payments, MerchantStore merchants, WalletCodeKey key, WrongCodeLimit wrongCodes, CardTill cards,
    PersonAccounts people, TimeProvider time)
{
    public Payments Payments => payments;

    public async Task<ChargeWallet.Decision> ChargeAsync(
        PersonId worker, ChargeWallet.Request request, CancellationToken cancellation)
    {
        if (await merchants.OfWorkerAsync(worker, request.Shop, cancellation) is not { } shop)
            return new(ChargeWallet.Outcome.NoShop);
        if (ChargeWallet.Check(request, payments.Largest) is { } wrong)
            return new(wrong);
        if (payments.ExcludedFrom(request.Goods ?? []) is > 0 and var excluded)
            return new(ChargeWallet.Outcome.GoodsExcluded, Excluded: excluded);
        if (wrongCodes.WaitOf(shop.Id) is { } wait && wait > TimeSpan.Zero)
            return await AnswerWhileWaitingAsync(wait, shop, request, cancellation);

        if (CardCode.Read(request.Code) is { } card)
            return await ChargeCardAsync(card, shop, request, cancellation);
        var codes = await key.CodesAsync(cancellation);
        if (codes.Read(request.Code, time.GetUtcNow()) is not { } code)
            return await AnswerOldCodeAsync(codes, shop, request, cancellation);
        var (outcome, payment) = await payments.PayAsync(
            request.Id, code.Account, shop, request.Amount, code.Claim, cancellation);
        // Nobody's phone shows such a code: who sends one has guessed, or has the key.
        if (outcome == PaymentOutcome.NoWallet)
            wrongCodes.CountWrong(shop.Id);
        return new(OutcomeOf(outcome), payment);
    }

    /// <summary>A payment's outcome in the words of the till.</summary>
    public static ChargeWallet.Outcome OutcomeOf(PaymentOutcome outcome) => outcome switch
    {
        PaymentOutcome.Paid => ChargeWallet.Outcome.Charged,
        PaymentOutcome.NoWallet => ChargeWallet.Outcome.NoWallet,
        PaymentOutcome.NotAcceptedHere => ChargeWallet.Outcome.NotAcceptedHere,
        PaymentOutcome.IdAlreadyUsed => ChargeWallet.Outcome.IdAlreadyUsed,
        PaymentOutcome.WalletIsFrozen => ChargeWallet.Outcome.WalletIsFrozen,
        PaymentOutcome.ShopTakesNothing => ChargeWallet.Outcome.ShopTakesNothing,
        PaymentOutcome.CodeAlreadyUsed => ChargeWallet.Outcome.CodeAlreadyUsed,
        PaymentOutcome.LimitIsReached => ChargeWallet.Outcome.LimitIsReached,
        PaymentOutcome.VoucherNotTakenHere => ChargeWallet.Outcome.VoucherNotTakenHere,
        PaymentOutcome.TooFewPoints => ChargeWallet.Outcome.TooFewPoints,
        _ => ChargeWallet.Outcome.Refused,
    };

    /// <summary>A card pays like a phone, but for its PIN; its code stays the same and uses nothing up.</summary>
    async Task<ChargeWallet.Decision> ChargeCardAsync(
        CardCode code, Merchant shop, ChargeWallet.Request request, CancellationToken cancellation)
    {
        var card = await cards.AllowAsync(
            code, shop.Id, request.Id, request.Amount, request.Pin, cancellation);
        if (card.Outcome == CardOutcome.CardUnknown)
            wrongCodes.CountWrong(shop.Id);
        if (card.Person is not { } person)
            return new(OutcomeOf(card.Outcome), Wait: card.Wait);
        var account = await people.OfAsync(person, payments.Currency.Id, cancellation);
        var (outcome, payment) = await payments.PayAsync(
            request.Id, account, shop, request.Amount, claim: null, cancellation);
        if (payment is null)
            await cards.ForgetAsync(request.Id, cancellation);
        return new(OutcomeOf(outcome), payment);
    }

    public static ChargeWallet.Outcome OutcomeOf(CardOutcome outcome) => outcome switch
    {
        CardOutcome.CardUnknown => ChargeWallet.Outcome.CodeUnknown,
        CardOutcome.CardBlocked => ChargeWallet.Outcome.CardBlocked,
        CardOutcome.CardNotReady => ChargeWallet.Outcome.CardNotReady,
        CardOutcome.IdAlreadyUsed => ChargeWallet.Outcome.IdAlreadyUsed,
        CardOutcome.PinNotSet => ChargeWallet.Outcome.PinNotSet,
        CardOutcome.PinNotValid => ChargeWallet.Outcome.PinNotValid,
        CardOutcome.PinTooSimple => ChargeWallet.Outcome.PinTooSimple,
        CardOutcome.PinWaits => ChargeWallet.Outcome.PinWaits,
        CardOutcome.PinNeeded => ChargeWallet.Outcome.PinNeeded,
        CardOutcome.PinWrong => ChargeWallet.Outcome.PinWrong,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };

    /// <summary>What has been charged is told again even then: a till must not take it for refused.</summary>
    async Task<ChargeWallet.Decision> AnswerWhileWaitingAsync(
        TimeSpan wait, Merchant shop, ChargeWallet.Request request, CancellationToken cancellation) =>
        await payments.FindAsync(request.Id, cancellation) is { } before
            ? AnswerAgain(await key.CodesAsync(cancellation), before, shop, request)
            : new(ChargeWallet.Outcome.TooManyWrongCodes, null, wait);

    /// <summary>A till that lost the first answer asks again, perhaps when the code has long run out.</summary>
    async Task<ChargeWallet.Decision> AnswerOldCodeAsync(
        WalletCodes codes, Merchant shop, ChargeWallet.Request request, CancellationToken cancellation)
    {
        if (await payments.FindAsync(request.Id, cancellation) is { } before)
        {
            var again = AnswerAgain(codes, before, shop, request);
            // Another code under a used id is a guess like any other, or the limit could be walked around with one.
            if (again.Outcome != ChargeWallet.Outcome.Charged)
                wrongCodes.CountWrong(shop.Id);
            return again;
        }

        if (codes.HasRunOut(request.Code, time.GetUtcNow()))
            return new(ChargeWallet.Outcome.CodeExpired);
        wrongCodes.CountWrong(shop.Id);
        return new(ChargeWallet.Outcome.CodeUnknown);
    }

    /// <summary>The first answer, if it was to the same question.</summary>
    static ChargeWallet.Decision AnswerAgain(
        WalletCodes codes, Payment before, Merchant shop, ChargeWallet.Request request) =>
        before.Shop == shop.Account && before.Amount == request.Amount && before.Claim is { } claim
            && codes.IsBehind(claim, before.Person, before.At, request.Code)
            ? new(ChargeWallet.Outcome.Charged, before)
            : new(ChargeWallet.Outcome.IdAlreadyUsed);
}
