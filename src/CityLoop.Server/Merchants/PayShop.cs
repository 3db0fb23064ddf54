using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants;

/// <summary>A person who has scanned a shop's printed code pays an amount they typed.</summary>
static class PayShop
{
    /// <param name="Id">Made by the person's phone, version 4 or 7; sent twice, it pays once.</param>
    /// <param name="Shop">The code at the end of the printed address.</param>
    /// <param name="Amount">In the currency's smallest unit.</param>
    public sealed record Request(Guid Id, string Shop, long Amount);

    public sealed record Response(Guid Id, long Amount, long Back, bool RebateUsedUp, string Receipt);

    /// <param name="Points">What is paid in points, the rest being cash; left out, all of it.</param>
    public sealed record RequestToPay(long? Points);

    /// <summary>What can become of it, in order of precedence.</summary>
    public enum Outcome
    {
        Paid, RequestUnknown, RequestIsPaid, RequestIsOver, ShopUnknown, IdNotValid,
        AmountNotPositive, AmountTooLarge, NoWallet, NotAcceptedHere, IdAlreadyUsed,
        WalletIsFrozen, ShopTakesNothing, LimitIsReached, VoucherNotTakenHere, TooFewPoints, Refused,
        MoreThanAsked,
    }

    public static void Map(IEndpointRouteBuilder wallet)
    {
        wallet.MapPost("/payments", HandleAsync).Accepts<Request>("application/json")
            .WithName("PayShop").WithTags("Merchants");
        wallet.MapPost("/requests/{id:guid}", PayRequestAsync).Accepts<RequestToPay>("application/json")
            .WithName("PayRequest").WithTags("Merchants");
    }

    static async Task<Results<Ok<Response>, ProblemHttpResult>> PayRequestAsync(
        Guid id, HttpContext context, ClaimsPrincipal who, ShopCodes.PaymentRequests requests, Counter counter,
        Problems problems, CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<RequestToPay>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        var (outcome, payment) = await requests.PayAsync(who.PersonId(), id, request.Points, cancellation);
        return payment is null ? Refusal(outcome, problems, counter) : TypedResults.Ok(ResponseOf(payment, counter));
    }

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        HttpContext context, ClaimsPrincipal who, Counter counter, Problems problems, CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        var (outcome, payment) = await counter.PayAsync(who.PersonId(), request, cancellation);
        return payment is not null
            ? TypedResults.Ok(ResponseOf(payment, counter))
            : Refusal(outcome, problems, counter);
    }

    static Response ResponseOf(Payment payment, Counter counter) => new(
        payment.Id, payment.Amount, payment.Back, counter.Payments.BackFor(payment.Points) > payment.Back,
        payment.Receipt);

    static ProblemHttpResult Refusal(Outcome outcome, Problems problems, Counter counter)
    {
        var (status, code, field) = Explain(outcome);
        return problems.Of(status, code, field, counter.Payments.LargestAsText);
    }

    /// <summary>How a refusal is told: status, code, the field at fault.</summary>
    public static (int Status, string Code, string? Field) Explain(Outcome outcome) => outcome switch
    {
        Outcome.MoreThanAsked => (400, "more_than_asked", "points"),
        Outcome.RequestUnknown => (404, "payment_request_unknown", null),
        Outcome.RequestIsPaid => (409, "payment_request_paid", null),
        Outcome.RequestIsOver => (409, "payment_request_over", null),
        Outcome.ShopUnknown => (404, "shop_unknown", "shop"),
        Outcome.IdNotValid => (400, "id_not_valid", "id"),
        Outcome.AmountNotPositive => (400, "amount_not_positive", "amount"),
        Outcome.AmountTooLarge => (400, "amount_too_large", "amount"),
        Outcome.NoWallet => (409, "you_have_no_wallet", null),
        Outcome.NotAcceptedHere => (409, "currency_not_accepted_here", "shop"),
        Outcome.WalletIsFrozen => (409, "your_wallet_is_frozen", null),
        Outcome.ShopTakesNothing => (409, "shop_takes_no_points", "shop"),
        Outcome.LimitIsReached => (409, "limit_is_reached", "amount"),
        Outcome.Refused => (409, "payment_refused", null),
        Outcome.IdAlreadyUsed => (409, "id_already_used", "id"),
        Outcome.VoucherNotTakenHere => (409, "your_voucher_is_not_taken_here", "amount"),
        Outcome.TooFewPoints => (409, "you_have_too_few_points", "amount"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };
}

/// <summary>Where a person pays a shop by themselves.</summary>
sealed class Counter(Payments payments, MerchantStore merchants, PersonAccounts people)
{
    public Payments Payments => payments;

    public async Task<(PayShop.Outcome Outcome, Payment? Payment)> PayAsync(
        PersonId person, PayShop.Request request, CancellationToken cancellation)
    {
        if (await merchants.OfCodeAsync(request.Shop, cancellation) is not { } shop)
            return (PayShop.Outcome.ShopUnknown, null);
        if (!Payment.MayNameOne(request.Id))
            return (PayShop.Outcome.IdNotValid, null);
        if (request.Amount <= 0)
            return (PayShop.Outcome.AmountNotPositive, null);
        if (request.Amount > payments.Largest)
            return (PayShop.Outcome.AmountTooLarge, null);
        var account = await people.OfAsync(person, payments.Currency.Id, cancellation);
        var (outcome, payment) = await payments.PayAsync(
            request.Id, account, shop, request.Amount, claim: null, cancellation);
        return (OutcomeOf(outcome), payment);
    }

    /// <summary>A payment's outcome for who pays by themselves; they show no code.</summary>
    public static PayShop.Outcome OutcomeOf(PaymentOutcome outcome) => outcome switch
    {
        PaymentOutcome.Paid => PayShop.Outcome.Paid,
        PaymentOutcome.NoWallet => PayShop.Outcome.NoWallet,
        PaymentOutcome.NotAcceptedHere => PayShop.Outcome.NotAcceptedHere,
        PaymentOutcome.WalletIsFrozen => PayShop.Outcome.WalletIsFrozen,
        PaymentOutcome.ShopTakesNothing => PayShop.Outcome.ShopTakesNothing,
        PaymentOutcome.LimitIsReached => PayShop.Outcome.LimitIsReached,
        PaymentOutcome.VoucherNotTakenHere => PayShop.Outcome.VoucherNotTakenHere,
        PaymentOutcome.TooFewPoints => PayShop.Outcome.TooFewPoints,
        PaymentOutcome.Refused => PayShop.Outcome.Refused,
        _ => PayShop.Outcome.IdAlreadyUsed,
    };
}
