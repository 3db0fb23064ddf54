using System.Globalization;
using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Statements;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.ShopDays;

/// <summary>A shop's workers confirm a day's sums, and take its sales as a file for the accountant.</summary>
static class CloseDay
{
    public const string Page = "/till/sales";

    public static IServiceCollection AddDaySheets(this IServiceCollection services) => services
        .AddSingleton<DaySheets>()
        .AddSingleton(new HeldTable("merchants.day_closing", AtErasure.Keep)
        {
            Column = "confirmed_by", Why = "who confirmed a day's sums is part of the shop's books",
        });

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost(Page + "/closing", CloseAsync).RequireAuthorization(Roles.ShopWorker).ExcludeFromDescription();
        pages.MapGet(Page + ".csv", DownloadAsync).RequireAuthorization(Roles.ShopWorker).ExcludeFromDescription();
    }

    public static string Of(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static DateOnly? DayOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    static async Task<RedirectHttpResult> CloseAsync(
        [FromForm] string? day, [FromForm] long seen, ClaimsPrincipal who, MerchantStore merchants, DaySheets sheets,
        CancellationToken cancellation)
    {
        if (DayOf(day) is not { } closed
            || await merchants.OfWorkerAsync(who.PersonId(), cancellation) is not { } shop)
            return TypedResults.Redirect(Page);
        return TypedResults.Redirect(
            await sheets.CloseAsync(who.PersonId(), shop, closed, seen, cancellation)
                ? $"{Page}?day={Of(closed)}&done=closed"
                : $"{Page}?day={Of(closed)}&problem=changed");
    }

    static async Task<IResult> DownloadAsync(
        string? from, string? to, ClaimsPrincipal who, MerchantStore merchants, DaySheets sheets, CityPack city,
        CityClock clock, Texts t, CancellationToken cancellation)
    {
        if (await merchants.OfWorkerAsync(who.PersonId(), cancellation) is not { } shop)
            return Results.NotFound();
        var last = DayOf(to) ?? clock.Today;
        var first = DayOf(from) ?? last;
        var sheet = await sheets.ReadAsync(shop, first <= last ? first : last, last, cancellation);
        return CsvDownload.Of(
            $"{shop.Code}-{Of(sheet.From)}--{Of(sheet.To)}.csv",
            [
                t["sales.csv.day"], t["sales.csv.time"], t["sales.csv.number"], t["sales.csv.amount"],
                t["sales.csv.refunded"], t["sales.csv.net"], t["sales.csv.percent"], t["sales.csv.tax"],
                t["sales.csv.rebate"], t["sales.csv.cost"], t["sales.csv.seller"],
            ],
            sheet.Sales.Reverse().Select(sale => RowOf(sale, shop, city, clock)));
    }

    static IReadOnlyList<object> RowOf(DaySale sale, Merchant shop, CityPack city, CityClock clock)
    {
        var (at, scale) = (clock.InCity(sale.At), city.MainCurrency.Scale);
        var percent = shop.Tax.Percent ?? city.ShopTerms.TaxPercents[0];
        var net = sale.Amount - sale.Refunded;
        return
        [
            DateOnly.FromDateTime(at.DateTime), Dates.Time(at), sale.Sequence, Points(sale.Amount),
            Points(sale.Refunded), Points(net), percent, Points(ShopTax.In(net, percent, city.Payouts.Country)),
            Points(sale.Rebate), Points(0), shop.Tax.Number,
        ];

        CsvAmount Points(long amount) => new(amount, scale);
    }
}
