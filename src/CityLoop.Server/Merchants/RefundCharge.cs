using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants;

/// <summary>A shop gives a payment back, in full, once.</summary>
static class RefundCharge
{
    /// <param name="BackReturned">The city's share that went back to its budget; 0 when the person has spent
    /// it.</param>
    /// <param name="Ended">How many of these points had ended before they came back; null once the books no longer
    /// know.</param>
    /// <param name="GraceUntil">Until when the ended ones can be spent all the same; null where they cannot.</param>
    public sealed record Response(
        Guid Id, long Amount, long BackReturned, string Receipt, long? Ended, DateOnly? GraceUntil);

    public static void Map(IEndpointRouteBuilder till) =>
        till.MapPost("/charges/{id:guid}/refund", HandleAsync).WithName("RefundCharge").WithTags("Merchants");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, ClaimsPrincipal who, MerchantStore merchants, Payments payments, Problems problems,
        CancellationToken cancellation)
    {
        if (await merchants.WorkplaceAsync(who.PersonId(), cancellation) is not { } place)
            return problems.Of(StatusCodes.Status403Forbidden, "no_shop");
        if (!place.MayRefund)
            return problems.Of(StatusCodes.Status403Forbidden, "refund_not_yours");
        var (outcome, payment) = await payments.RefundAsync(id, place.Shop, cancellation);
        if (outcome == RefundOutcome.Refunded)
            return TypedResults.Ok(new Response(
                id, payment!.Amount, payment.BackReturned, payment.Receipt, payment.Ended,
                payment.Ended > 0 ? payment.GraceUntil : null));
        var (status, code) = Explain(outcome);
        return problems.Of(status, code, code == "charge_unknown" ? "id" : null);
    }

    /// <summary>How a refusal is told: status and code.</summary>
    public static (int Status, string Code) Explain(RefundOutcome outcome) => outcome switch
    {
        RefundOutcome.PaymentUnknown => (404, "charge_unknown"),
        RefundOutcome.AccountIsClosed => (409, "refund_account_closed"),
        RefundOutcome.TooLongAgo => (409, "refund_too_late"),
        RefundOutcome.ShopHasTooFewPoints => (409, "shop_balance_too_low"),
        RefundOutcome.TryAgain => (409, "refund_try_again"),
        RefundOutcome.Refused => (409, "refund_refused"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };
}
