using CityLoop.Server.City;
using CityLoop.Server.Missions;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Insights;

/// <summary>
/// Where points were spent and earned: by the district of the shop and of the spot, never by where a person lives. The
/// desk does not know whose points they were, and needs no one's address to see how a district is doing.
/// </summary>
sealed class FlowByDistrict(ShopSales sales, SpotFigures spots, CityPack city)
{
    /// <summary>One district in the window and in the days before it.</summary>
    /// <param name="Spent">At its shops, less what they gave back.</param>
    /// <param name="Earned">By acts at its spots; points earned elsewhere (a share of a payment) have no place.</param>
    public sealed record Row(District? District, int Shops, long Sales, long Spent, long SpentBefore, long Earned)
    {
        public long Change => Spent - SpentBefore;
    }

    public static void Map(IEndpointRouteBuilder desk) => desk.MapGet("/desk/flow/districts.csv", Handle);

    /// <summary>
    /// All the city's districts, most spent first; shops whose district is not known stand last, as one row.
    /// </summary>
    public async Task<IReadOnlyList<Row>> ReadAsync(DeskWindow window, CancellationToken cancellation)
    {
        var now = await sales.ReadAsync(window, cancellation);
        var before = await sales.ReadAsync(window.Before, cancellation);
        var earned = await spots.OnDaysAsync(window.Currency.Id, window.From, window.To, cancellation);
        var rows = city.Districts.Select(d => RowOf(d)).OrderByDescending(r => r.Spent).ToList();
        var elsewhere = RowOf(null);
        return elsewhere is { Sales: 0, SpentBefore: 0, Earned: 0 } ? rows : [.. rows, elsewhere];

        Row RowOf(District? district)
        {
            var here = now.Where(s => s.District == district).ToList();
            return new Row(
                district, here.Count(s => s.Sales > 0), here.Sum(s => s.Sales), here.Sum(s => s.SoldNet),
                before.Where(s => s.District == district).Sum(s => s.SoldNet),
                earned.Where(f => f.Spot?.District == district).Sum(f => f.Points));
        }
    }

    static async Task<IResult> Handle(
        string? currency, string? days, DeskWindows windows, FlowByDistrict districts, Texts texts,
        CancellationToken cancellation)
    {
        var window = await windows.ChooseAsync(currency, days, cancellation);
        var scale = window.Currency.Scale;
        return CsvDownload.Of(
            $"districts-{window.From:yyyy-MM-dd}-{window.To:yyyy-MM-dd}.csv",
            [texts["desk.district"], texts["desk.spent"], texts["desk.before"], texts["desk.change"],
                texts["desk.payments"], texts["desk.shops"], texts["desk.earnedAtSpots"]],
            (await districts.ReadAsync(window, cancellation)).Select(row => (IReadOnlyList<object>)
            [
                row.District?.Names[texts.Language] ?? texts["desk.elsewhere"], new CsvAmount(row.Spent, scale),
                new CsvAmount(row.SpentBefore, scale), new CsvAmount(row.Change, scale), row.Sales, row.Shops,
                new CsvAmount(row.Earned, scale),
            ]));
    }
}
