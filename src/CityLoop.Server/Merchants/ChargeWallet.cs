using System.Security.Claims;
using CityLoop.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants;

/// <summary>A shop charges the wallet whose code it has just scanned.</summary>
static class ChargeWallet
{
    /// <param name="Id">Made by the till, version 4 or 7; the same id and content gets the first answer again.</param>
    /// <param name="Code">
    /// The 16 digits on the person's phone, or the 26 letters and digits of a card; blanks do not matter.
    /// </param>
    /// <param name="Amount">In the currency's smallest unit.</param>
    /// <param name="Goods">
    /// What the sum is made of, as far as the till knows: goods that the currency does not pay for are refused.
    /// </param>
    /// <param name="Pin">What the person typed for their card; null where none was asked for.</param>
    /// <param name="Shop">
    /// The code of the shop for which the till's page was drawn; left out, the one that this device is the till of.
    /// </param>
    public sealed record Request(
        Guid Id, string Code, long Amount, IReadOnlyList<GoodsLine>? Goods = null, string? Pin = null,
        string? Shop = null);

    /// <param name="Code">The city's code for a kind of goods, as in <c>notGoods</c> of its currency.</param>
    /// <param name="Amount">What of the sum they cost.</param>
    public sealed record GoodsLine(string Code, long Amount);

    /// <param name="Back">What the city gave back to the person, rounded down.</param>
    /// <param name="RebateUsedUp">True when nothing came back because the budget for it has run dry.</param>
    /// <param name="Receipt">The address of the receipt, for both parties.</param>
    public sealed record Response(Guid Id, long Amount, long Back, bool RebateUsedUp, string Receipt);

    /// <summary>What can become of a charge, in order of precedence.</summary>
    public enum Outcome
    {
        Charged, NoShop, IdNotValid, AmountNotPositive, AmountTooLarge, GoodsNotValid, CodeNotValid, GoodsExcluded,
        TooManyWrongCodes, CodeUnknown, CodeExpired, NoWallet, NotAcceptedHere, IdAlreadyUsed, WalletIsFrozen,
        ShopTakesNothing, CodeAlreadyUsed, LimitIsReached, VoucherNotTakenHere, TooFewPoints, Refused,
        CardBlocked,
        CardNotReady, PinNotSet, PinNotValid, PinTooSimple, PinWaits, PinNeeded, PinWrong,
    }

    /// <param name="Excluded">What of the amount these points do not pay for.</param>
    public readonly record struct Decision(
        Outcome Outcome, Payment? Payment = null, TimeSpan Wait = default, long Excluded = 0);

    const int CodeLengthMax = 40;

    /// <summary>More lines than any receipt has.</summary>
    const int GoodsMax = 1_000;

    public static void Map(IEndpointRouteBuilder till) =>
        till.MapPost("/charges", HandleAsync).Accepts<Request>("application/json")
            .WithName("ChargeWallet").WithTags("Merchants");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        HttpContext context, ClaimsPrincipal who, Till till, Problems problems, CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        var decision = await till.ChargeAsync(who.PersonId(), request, cancellation);
        if (decision.Outcome == Outcome.TooManyWrongCodes)
            context.Response.Headers.RetryAfter = SecondsOf(decision.Wait).ToString("D", null);
        return decision.Payment is { } payment
            ? TypedResults.Ok(ResponseOf(payment, till))
            : Refusal(decision, problems, till);
    }

    static Response ResponseOf(Payment payment, Till till) => new(
        payment.Id, payment.Amount, payment.Back, till.Payments.BackFor(payment.Points) > payment.Back,
        payment.Receipt);

    static ProblemHttpResult Refusal(Decision decision, Problems problems, Till till)
    {
        var (status, code, field, value) = Explain(decision, till);
        return problems.Of(status, code, field, value);
    }

    /// <summary>How a refusal is told: status, code, the field at fault, and the value in the sentence.</summary>
    public static (int Status, string Code, string? Field, object? Value) Explain(Decision decision, Till till) =>
        decision.Outcome switch
        {
            Outcome.NoShop => (403, "no_shop", null, null),
            Outcome.IdNotValid => (400, "id_not_valid", "id", null),
            Outcome.AmountNotPositive => (400, "amount_not_positive", "amount", null),
            Outcome.AmountTooLarge => (400, "amount_too_large", "amount", till.Payments.LargestAsText),
            Outcome.GoodsNotValid => (400, "goods_not_valid", "goods", null),
            Outcome.CodeNotValid => (400, "code_not_valid", "code", null),
            Outcome.GoodsExcluded => (409, "goods_excluded", "goods", till.Payments.AsText(decision.Excluded)),
            Outcome.TooManyWrongCodes => (429, "too_many_wrong_codes", "code", SecondsOf(decision.Wait)),
            Outcome.CodeUnknown => (409, "code_unknown", "code", null),
            Outcome.CodeExpired => (409, "code_expired", "code", null),
            Outcome.NoWallet => (409, "no_wallet", "code", null),
            Outcome.NotAcceptedHere => (409, "currency_not_accepted_here", null, null),
            Outcome.WalletIsFrozen => (409, "wallet_is_frozen", "code", null),
            Outcome.ShopTakesNothing => (409, "shop_takes_no_points", null, null),
            Outcome.LimitIsReached => (409, "limit_is_reached", "amount", null),
            Outcome.Refused => (409, "payment_refused", null, null),
            Outcome.IdAlreadyUsed => (409, "id_already_used", "id", null),
            Outcome.CodeAlreadyUsed => (409, "code_already_used", "code", null),
            Outcome.VoucherNotTakenHere => (409, "voucher_not_taken_here", "amount", null),
            Outcome.TooFewPoints => (409, "too_few_points", "amount", null),
            Outcome.CardBlocked => (409, "card_blocked", "code", null),
            Outcome.CardNotReady => (409, "card_not_ready", "code", null),
            Outcome.PinNotSet => (409, "card_pin_not_set", "code", null),
            Outcome.PinNotValid => (400, "card_pin_not_valid", "pin", null),
            Outcome.PinTooSimple => (400, "card_pin_too_simple", "pin", null),
            Outcome.PinWaits => (409, "card_pin_waits", "pin", MinutesOf(decision.Wait)),
            Outcome.PinNeeded => (409, "card_pin_needed", "pin", null),
            Outcome.PinWrong => (409, decision.Wait > TimeSpan.Zero ? "card_pin_waits" : "card_pin_wrong", "pin",
                MinutesOf(decision.Wait)),
            _ => throw new ArgumentOutOfRangeException(nameof(decision), decision.Outcome, "That is no refusal."),
        };

    static int MinutesOf(TimeSpan wait) => (int)Math.Ceiling(wait.TotalMinutes);

    static int SecondsOf(TimeSpan wait) => (int)Math.Ceiling(wait.TotalSeconds);

    /// <summary>What is wrong with a request before anything is looked up; null when nothing is.</summary>
    public static Outcome? Check(Request request, long largest) =>
        !Payment.MayNameOne(request.Id) ? Outcome.IdNotValid
        : request.Amount <= 0 ? Outcome.AmountNotPositive
        : request.Amount > largest ? Outcome.AmountTooLarge
        : !AreValid(request.Goods ?? [], request.Amount) ? Outcome.GoodsNotValid
        : request.Code.Length > CodeLengthMax || !IsWellFormed(request.Code) ? Outcome.CodeNotValid
        : null;

    static bool IsWellFormed(string code) => WalletCodes.IsWellFormed(code) || CardCode.Read(code) is not null;

    /// <summary>The parts are no more than the whole; the till need not know all of them.</summary>
    static bool AreValid(IReadOnlyList<GoodsLine> goods, long amount)
    {
        if (goods.Count > GoodsMax)
            return false;
        foreach (var line in goods)
        {
            if (line is not { Code.Length: > 0, Amount: > 0 } || line.Amount > amount)
                return false;
            amount -= line.Amount;
        }

        return true;
    }
}
