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

    /// <param name="at">The instant, with its offset: 2026-11-21T18:00:00+08:00.</param>
    /// <param name="asHappened">True to count by when things happened, not by when they were written.</param>
    /// <param name="before">Only lines before this number of the journal.</param>
    static async Task<Results<Ok<PastStatementResponse>, ProblemHttpResult>> HandleAsync(
        DateTimeOffset at, bool? asHappened, long? before, ClaimsPrincipal who, MerchantStore merchants,
        CityLedger ledger, Problems problems, CancellationToken cancellation) =>
        await merchants.OfWorkerAsync(who.PersonId(), cancellation) is { } shop
            ? TypedResults.Ok(await PastStatementResponse.ReadAsync(
                ledger, shop.Account, at, asHappened, before, cancellation))
            : problems.Of(StatusCodes.Status403Forbidden, "no_shop");
}
