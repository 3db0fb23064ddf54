using CityLoop.Server.Pass;
using CityLoop.Server.Wallets;

namespace CityLoop.Server.Merchants;

/// <summary>A shop's point of sale: takes codes, within the limit for wrong ones.</summary>
sealed class Till(
    Payments payments, MerchantStore merchants, WalletCodeKey key, WrongCodeLimit wrongCodes, TimeProvider time)
{
    public Payments Payments => payments;

    public async Task<ChargeWallet.Decision> ChargeAsync(
        PersonId worker, ChargeWallet.Request request, CancellationToken cancellation)
    {
        if (await merchants.OfWorkerAsync(worker, cancellation) is not { } shop)
            return new(ChargeWallet.Outcome.NoShop);
        if (ChargeWallet.Check(request, payments.Largest) is { } wrong)
            return new(wrong);
        if (wrongCodes.WaitOf(shop.Id) is { } wait && wait > TimeSpan.Zero)
            return new(ChargeWallet.Outcome.TooManyWrongCodes, null, wait);

        var codes = await key.CodesAsync(cancellation);
        if (codes.Read(request.Code, time.GetUtcNow()) is not { } code)
            return await AnswerOldCodeAsync(codes, shop, request, cancellation);
        var (outcome, payment) = await payments.PayAsync(
            request.Id, code.Account, shop, request.Amount, code.Claim, cancellation);
        return outcome switch
        {
            PaymentOutcome.Paid => new(ChargeWallet.Outcome.Charged, payment),
            PaymentOutcome.IdAlreadyUsed => new(ChargeWallet.Outcome.IdAlreadyUsed),
            PaymentOutcome.CodeAlreadyUsed => new(ChargeWallet.Outcome.CodeAlreadyUsed),
            _ => new(ChargeWallet.Outcome.TooFewPoints),
        };
    }

    /// <summary>A till that lost the first answer asks again, perhaps when the code has long run out.</summary>
    async Task<ChargeWallet.Decision> AnswerOldCodeAsync(
        WalletCodes codes, Merchant shop, ChargeWallet.Request request, CancellationToken cancellation)
    {
        if (await payments.FindAsync(request.Id, cancellation) is { } before)
            return before.Shop == shop.Account && before.Amount == request.Amount && before.Claim is { } claim
                && codes.IsBehind(claim, before.Person, before.At, request.Code)
                ? new(ChargeWallet.Outcome.Charged, before)
                : new(ChargeWallet.Outcome.IdAlreadyUsed);
        if (codes.HasRunOut(request.Code, time.GetUtcNow()))
            return new(ChargeWallet.Outcome.CodeExpired);
        wrongCodes.CountWrong(shop.Id);
        return new(ChargeWallet.Outcome.CodeUnknown);
    }
}
