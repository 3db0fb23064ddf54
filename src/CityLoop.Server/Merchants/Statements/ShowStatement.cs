using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.Statements;

/// <summary>A shop takes its half-month's statement as a file, and says what its tax papers need.</summary>
static class ShowStatement
{
    public const string Page = "/till/statements";

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet(Page + "/{id:guid}/statement.csv", DownloadAsync).RequireAuthorization(Roles.ShopWorker)
            .ExcludeFromDescription();
        pages.MapPost(Page + "/tax", SetTaxAsync).RequireAuthorization(Roles.ShopWorker).ExcludeFromDescription();
    }

    static async Task<IResult> DownloadAsync(
        Guid id, ClaimsPrincipal who, MerchantStore merchants, PayoutFiles files, CityPack city, CityClock clock,
        CancellationToken cancellation)
    {
        if (await merchants.OfWorkerAsync(who.PersonId(), cancellation) is not { } shop
            || await files.StatementAsync(id, shop, cancellation) is not { } statement)
            return Results.NotFound();
        return Results.File(
            StatementCsv.Write([statement], city.Payouts, city.MainCurrency.Scale, clock), "text/csv; charset=utf-8",
            $"{shop.Code}-{statement.Part.Window.Window.Name}.csv");
    }

    static async Task<RedirectHttpResult> SetTaxAsync(
        [FromForm] string? number, [FromForm] int percent, ClaimsPrincipal who, MerchantStore merchants, CityPack city,
        CancellationToken cancellation)
    {
        var typed = HalfWidth.Of(number).Trim().ToUpperInvariant().Replace("-", "", StringComparison.Ordinal);
        if (await merchants.WorkplaceAsync(who.PersonId(), cancellation) is not { MayManage: true } place)
            return TypedResults.Redirect($"{Page}?problem=not_yours");
        if (typed.Length > 0 && !ShopTax.IsNumber(city.Payouts.Country, typed))
            return TypedResults.Redirect($"{Page}?problem=number");
        if (!city.ShopTerms.TaxPercents.Contains(percent))
            return TypedResults.Redirect($"{Page}?problem=percent");
        await merchants.SetTaxAsync(place.Shop.Id, typed, percent, cancellation);
        return TypedResults.Redirect($"{Page}?done=tax");
    }
}
