using CityLoop.Server.City;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>The desk takes the payout file of a closed half-month; the bytes are those that the verb writes.</summary>
static class DownloadPayout
{
    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet("/desk/settlements/{id:guid}/payout.csv", HandleAsync)
            .RequireAuthorization(policy => policy.RequireRole(Roles.CityStaff, Roles.Auditor));

    static async Task<IResult> HandleAsync(
        Guid id, SettlementStore store, CityPack city, CancellationToken cancellation)
    {
        var window = (await store.AllAsync(city.MainCurrency.Id, cancellation)).FirstOrDefault(w => w.Id == id);
        if (window is not { ClosedAt: not null })
            return Results.NotFound();
        var lines = await store.LinesAsync(id, cancellation);
        return Results.File(
            PayoutFile.Write(window, city.MainCurrency.Code, city.MainCurrency.Scale, lines), "text/csv",
            PayoutFile.NameOf(window));
    }
}
