using System.Security.Claims;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants;

/// <summary>A shop asks what it was owed at an instant.</summary>
static class ShowShopStatement
{
    public static void Map(IEndpointRouteBuilder till) =>
        till.MapGet("/statement", HandleAsync).WithName("ShowShopStatement").WithTags("Merchants");

    static async Task<Results<Ok<PastStatementResponse>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PastStatementQuery query, ClaimsPrincipal who, MerchantStore merchants,
        CityLedger ledger, Problems problems, CancellationToken cancellation) =>
        await merchants.OfWorkerAsync(who.PersonId(), cancellation) is { } shop
            ? TypedResults.Ok(await PastStatementResponse.ReadAsync(ledger, shop.Account, query, cancellation))
            : problems.Of(StatusCodes.Status403Forbidden, "no_shop");
}
