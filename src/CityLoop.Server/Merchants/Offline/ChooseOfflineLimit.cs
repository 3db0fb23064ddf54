using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>Who manages a shop says what it may lose while it has no network.</summary>
static class ChooseOfflineLimit
{
    public const string Page = "/till/offline";

    public static void Map(IEndpointRouteBuilder pages) => pages.MapPost($"{Page}/limit", HandleAsync)
        .RequireAuthorization(Roles.ShopWorker).ExcludeFromDescription();

    static async Task<RedirectHttpResult> HandleAsync(
        [FromForm] Guid shop, [FromForm] string? limit, ClaimsPrincipal who, MerchantStore merchants,
        OfflineTills tills, Payments payments, CancellationToken cancellation)
    {
        var places = await merchants.WorkplacesAsync(who.PersonId(), cancellation);
        if (!places.Any(place => place.Shop.Id == shop && place.MayManage))
            return TypedResults.Redirect($"{Page}?problem=not_yours");
        // Nothing at all is a limit, too, though no amount.
        long points = 0;
        if (HalfWidth.Of(limit).Trim() is not "0"
            && (!Amounts.TryRead(limit, payments.Currency.Scale, out points) || points > tills.Rules.Shop))
            return TypedResults.Redirect($"{Page}?problem=limit");
        await tills.ChooseAsync(shop, points, cancellation);
        return TypedResults.Redirect($"{Page}?done=limit");
    }
}
