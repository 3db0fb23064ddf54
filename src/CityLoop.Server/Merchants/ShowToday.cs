using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants;

/// <summary>A till asks what the shop has taken in today.</summary>
static class ShowToday
{
    /// <param name="SettledAfter">The last day of the half-month that these sales are paid out with.</param>
    public sealed record Response(long Amount, int Payments, DateOnly SettledAfter);

    public static void Map(IEndpointRouteBuilder till) =>
        till.MapGet("/today", HandleAsync).WithName("ShowToday").WithTags("Merchants");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string? shop, ClaimsPrincipal who, MerchantStore merchants, Sales sales, Problems problems,
        CancellationToken cancellation)
    {
        if (await merchants.OfWorkerAsync(who.PersonId(), shop, cancellation) is not { } here)
            return problems.Of(StatusCodes.Status403Forbidden, "no_shop");
        var today = await sales.TodayAsync(here, cancellation);
        return TypedResults.Ok(new Response(today.Amount, today.Payments, today.SettledAfter));
    }
}
