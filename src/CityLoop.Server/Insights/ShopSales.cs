using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Merchants;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Insights;

/// <summary>What each shop took in over the days of a window, and what the city owes it now.</summary>
sealed class ShopSales(NpgsqlDataSource database, MerchantStore merchants, CityPack city)
{
    /// <summary>One shop; null where only its account is known.</summary>
    public sealed record Row(
        AccountId Account, Merchant? Shop, District? District, long Sales, long Sold, long Refunds, long Refunded,
        long Owed)
    {
        public long SoldNet => Sold - Refunded;
    }

    sealed record Sums(int Shop, long Sales, long Sold, long Refunds, long Refunded, long Owed);

    public static void Map(IEndpointRouteBuilder desk) => desk.MapGet("/desk/merchants.csv", Handle);

    /// <summary>Every shop that ever took a point, and every shop of the city besides; most sold first.</summary>
    public async Task<IReadOnlyList<Row>> ReadAsync(DeskWindow window, CancellationToken cancellation)
    {
        var shops = window.Currency.Id == city.MainCurrency.Id ? await merchants.AllAsync(cancellation) : [];
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var sums = await connection.QueryAsync<Sums>(
            """
            select shop,
              coalesce(sum(sales) filter (where day between @from and @to), 0)::bigint as sales,
              coalesce(sum(sold) filter (where day between @from and @to), 0)::bigint as sold,
              coalesce(sum(refunds) filter (where day between @from and @to), 0)::bigint as refunds,
              coalesce(sum(refunded) filter (where day between @from and @to), 0)::bigint as refunded,
              sum(sold - refunded - settled)::bigint as owed
            from insights.shop_day where currency = @currency group by shop
            """,
            new { currency = window.Currency.Id.Value, from = window.From, to = window.To });
        var byAccount = sums.ToDictionary(s => new AccountId(s.Shop));
        var byShop = shops.ToDictionary(s => s.Account);
        var districts = city.Districts.ToDictionary(d => d.Code);
        return [.. byShop.Keys.Union(byAccount.Keys).Select(account =>
        {
            var sum = byAccount.GetValueOrDefault(account, new Sums(account.Value, 0, 0, 0, 0, 0));
            var shop = byShop.GetValueOrDefault(account);
            return new Row(
                account, shop, shop is null ? null : districts.GetValueOrDefault(shop.District),
                sum.Sales, sum.Sold, sum.Refunds, sum.Refunded, sum.Owed);
        }).OrderByDescending(r => r.SoldNet).ThenBy(r => r.Account.Value)];
    }

    static async Task<IResult> Handle(
        string? currency, string? days, DeskWindows windows, ShopSales sales, Texts texts,
        CancellationToken cancellation)
    {
        var window = await windows.ChooseAsync(currency, days, cancellation);
        var scale = window.Currency.Scale;
        return CsvDownload.Of(
            $"shops-{window.From:yyyy-MM-dd}-{window.To:yyyy-MM-dd}.csv",
            [texts["desk.shop"], texts["desk.district"], texts["desk.payments"], texts["desk.spent"],
                texts["desk.refunded"], texts["desk.owed"]],
            (await sales.ReadAsync(window, cancellation)).Select(row => (IReadOnlyList<object>)
            [
                row.Shop?.Names[texts.Language] ?? texts["desk.account", row.Account],
                row.District?.Names[texts.Language] ?? texts["desk.elsewhere"], row.Sales,
                new CsvAmount(row.Sold, scale), new CsvAmount(row.Refunded, scale), new CsvAmount(row.Owed, scale),
            ]));
    }
}
