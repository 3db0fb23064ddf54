using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants;

/// <summary>A shop gives a payment back, in whole or in part, within the city's period.</summary>
static class RefundCharge
{
    /// <param name="Amount">In the currency's smallest unit; left out, all that has not been given back.</param>
    /// <param name="Refunded">
    /// What the till knows to have been given back before; left out, nothing. Sent again with the same two numbers, the
    /// first answer comes again; when something else was given back since, nothing is.
    /// </param>
    public sealed record Request(long? Amount = null, long? Refunded = null);

    /// <param name="Amount">What has been given back, all parts together.</param>
    /// <param name="Left">What can still be given back.</param>
    /// <param name="BackReturned">The city's share that went back to its budget; less where the person has spent
    /// it.</param>
    /// <param name="Ended">How many of these points had ended before they came back; null once the books no longer
    /// know.</param>
    /// <param name="GraceUntil">Until when the ended ones can be spent all the same; null where they cannot.</param>
    public sealed record Response(
        Guid Id, long Amount, long Left, long BackReturned, string Receipt, long? Ended, DateOnly? GraceUntil);

    public static void Map(IEndpointRouteBuilder till) =>
        till.MapPost("/charges/{id:guid}/refund", HandleAsync).Accepts<Request>(isOptional: true, "application/json")
            .WithName("RefundCharge").WithTags("Merchants");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, HttpContext context, ClaimsPrincipal who, MerchantStore merchants, GiveBack giveBack,
        Problems problems, CancellationToken cancellation)
    {
        if (await merchants.WorkplaceAsync(who.PersonId(), cancellation) is not { } place)
            return problems.Of(StatusCodes.Status403Forbidden, "no_shop");
        if (!place.MayRefund)
            return problems.Of(StatusCodes.Status403Forbidden, "refund_not_yours");
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        var (request, unreadable) = hasBody
            ? await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation)
            : (new Request(), null);
        if (request is null)
            return unreadable!;
        var (outcome, payment) = await giveBack.ByShopAsync(
            id, place.Shop, request.Amount, request.Refunded ?? 0, cancellation);
        if (outcome == RefundOutcome.Refunded)
            return TypedResults.Ok(new Response(
                id, payment!.Refunded, payment.Left, payment.BackReturned, payment.Receipt, payment.Ended,
                payment.Ended > 0 ? payment.GraceUntil : null));
        var (status, code, field) = Explain(outcome);
        return problems.Of(status, code, field);
    }

    /// <summary>How a refusal is told: status, code and the field at fault.</summary>
    public static (int Status, string Code, string? Field) Explain(RefundOutcome outcome) => outcome switch
    {
        RefundOutcome.PaymentUnknown => (404, "charge_unknown", "id"),
        RefundOutcome.ChangedMeanwhile => (409, "refund_changed", "refunded"),
        RefundOutcome.AmountNotPositive => (400, "amount_not_positive", "amount"),
        RefundOutcome.MoreThanLeft => (409, "refund_more_than_left", "amount"),
        RefundOutcome.PeriodIsOver => (409, "refund_period_over", null),
        RefundOutcome.AccountIsClosed => (409, "refund_account_closed", null),
        RefundOutcome.TooLongAgo => (409, "refund_too_late", null),
        RefundOutcome.ShopHasTooFewPoints => (409, "shop_balance_too_low", null),
        RefundOutcome.TryAgain => (409, "refund_try_again", null),
        RefundOutcome.Refused => (409, "refund_refused", null),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };
}
