using CityLoop.Server.Insights;
using CityLoop.Server.Merchants;

namespace CityLoop.Server.Listings;

/// <summary>What the shops of a street took in together in thirty days; never what one of them did.</summary>
sealed class StreetResults(ShopSales sales, DeskWindows windows)
{
    /// <summary>Of fewer shops a sum or a median says too much of one of them.</summary>
    public const int ShopsMin = 5;

    /// <param name="Sold">Without what was given back, in the main currency's smallest unit.</param>
    public sealed record Sum(long Payments, long Sold);

    /// <param name="Own">What the shop itself took in.</param>
    /// <param name="Median">Of the other shops of its street, to two digits.</param>
    public sealed record Comparison(long Own, long Median);

    /// <summary>All shops of a street together; null where there are too few.</summary>
    public async Task<Sum?> OfAsync(string street, CancellationToken cancellation)
    {
        var rows = await RowsAsync(street, cancellation);
        return rows.Count < ShopsMin ? null : new Sum(rows.Sum(row => row.Sales), rows.Sum(row => row.SoldNet));
    }

    /// <summary>A shop beside the others of its street; null where it is in none, or there are too few.</summary>
    public async Task<Comparison?> BesideAsync(Merchant shop, CancellationToken cancellation)
    {
        if (shop.Listing.Street is not { } street)
            return null;
        var rows = await RowsAsync(street, cancellation);
        if (rows.Count < ShopsMin)
            return null;
        var own = rows.FirstOrDefault(row => row.Account == shop.Account)?.SoldNet ?? 0;
        long[] others = [.. rows.Where(row => row.Account != shop.Account).Select(row => row.SoldNet).Order()];
        return new Comparison(own, Rounded(MedianOf(others)));
    }

    /// <summary>The middle of sorted numbers; of an even count half-way between the two in the middle.</summary>
    public static double MedianOf(long[] sorted) =>
        (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0;

    /// <summary>To two digits, so that it is nobody's own number.</summary>
    public static long Rounded(double value)
    {
        var step = Math.Pow(10, Math.Max(1, Math.Floor(Math.Log10(Math.Max(Math.Abs(value), 1))) - 1));
        return (long)(Math.Round(value / step) * step);
    }

    async Task<IReadOnlyList<ShopSales.Row>> RowsAsync(string street, CancellationToken cancellation)
    {
        var window = await windows.ChooseAsync(null, null, cancellation);
        return [.. (await sales.ReadAsync(window, cancellation)).Where(row => row.Shop?.Listing.Street == street)];
    }
}
