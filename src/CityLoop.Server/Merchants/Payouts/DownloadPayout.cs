using CityLoop.Server.City;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>
/// The desk takes the files of the payout that a closed half-month stands in; the bytes are those that the verb writes.
/// </summary>
static class DownloadPayout
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        foreach (var file in new[] { CreditTransferFile.FileName, ZenginFile.FileName, PayoutCsv.FileName })
            pages.MapGet(
                $"/desk/settlements/{{id:guid}}/{file}",
                (Guid id, SettlementStore store, PayoutFiles files, CityPack city, CancellationToken cancellation) =>
                    HandleAsync(id, file, store, files, city, cancellation))
                .RequireAuthorization(policy => policy.RequireRole(Roles.CityStaff, Roles.Auditor));
    }

    static async Task<IResult> HandleAsync(
        Guid id, string file, SettlementStore store, PayoutFiles files, CityPack city, CancellationToken cancellation)
    {
        var all = await store.AllAsync(city.MainCurrency.Id, cancellation);
        if (all.FirstOrDefault(w => w.Id == id) is not { PayoutUntil: { } day }
            || await files.OfAsync([.. all.Where(w => w.PayoutUntil == day)], cancellation) is not { } payout
            || PayoutFiles.ForBank(payout).Files.FirstOrDefault(made => made.Name == file) is not { } found)
            return Results.NotFound();
        var type = Path.GetExtension(file) switch
        {
            ".csv" => "text/csv",
            ".xml" => "application/xml",
            _ => "text/plain",
        };
        return Results.File(found.Bytes, type, found.Name);
    }
}
