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
    public sealed record Response(Guid Id, long Amount, long BackReturned, string Receipt);

    public static void Map(IEndpointRouteBuilder till) =>
        till.MapPost("/charges/{id:guid}/refund", HandleAsync).WithName("RefundCharge").WithTags("Merchants");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, ClaimsPrincipal who, MerchantStore merchants, Payments payments, Problems problems,
        CancellationToken cancellation)
    {
        if (await merchants.OfWorkerAsync(who.PersonId(), cancellation) is not { } shop)
            return problems.Of(StatusCodes.Status403Forbidden, "no_shop");
        var (outcome, payment) = await payments.RefundAsync(id, shop, cancellation);
        return outcome switch
        {
            RefundOutcome.Refunded => TypedResults.Ok(
                new Response(id, payment!.Amount, payment.BackReturned, payment.Receipt)),
            RefundOutcome.PaymentUnknown => problems.NotFound("charge_unknown", "id"),
            _ => problems.Refused("shop_balance_too_low"),
        };
    }
}
