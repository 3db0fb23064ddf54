using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Insights;

/// <summary>
/// What moved on each day: the points that people were given, spent, got back and lost to a last day or to decay.
/// </summary>
static class FlowByDay
{
    /// <summary>One day; amounts in the currency's smallest unit.</summary>
    public sealed record Row(
        DateOnly Day, long Issued, long Returned, long Spent, long Refunded, long Expired, long Settled, long PaidOut,
        long Payments, long People, long Decayed)
    {
        /// <summary>Given to people, less what a refunded payment's share took back.</summary>
        public long Earned => Issued - Returned;

        /// <summary>Spent at shops, less what shops gave back.</summary>
        public long SpentNet => Spent - Refunded;
    }

    public static void Map(IEndpointRouteBuilder desk) => desk.MapGet("/desk/flow/days.csv", Handle);

    /// <summary>Every day of the window, quiet ones too.</summary>
    public static async Task<IReadOnlyList<Row>> ReadAsync(
        NpgsqlDataSource database, DeskWindow window, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Row>(
            """
            select c.day::date as day, coalesce(issued, 0) as issued, coalesce(returned, 0) as returned,
              coalesce(spent, 0) as spent, coalesce(refunded, 0) as refunded, coalesce(expired, 0) as expired,
              coalesce(settled, 0) as settled, coalesce(paid_out, 0) as paidout, coalesce(payments, 0) as payments,
              (select count(*) from insights.active a where a.currency = @currency and a.day = c.day::date) as people,
              coalesce(decayed, 0) as decayed
            from generate_series(@from::timestamp, @to::timestamp, '1 day') as c(day)
            left join insights.day d on d.currency = @currency and d.day = c.day::date
            order by c.day
            """,
            new { currency = window.Currency.Id.Value, from = window.From, to = window.To })];
    }

    static async Task<IResult> Handle(
        string? currency, string? days, DeskWindows windows, NpgsqlDataSource database, Texts texts,
        CancellationToken cancellation)
    {
        var window = await windows.ChooseAsync(currency, days, cancellation);
        var scale = window.Currency.Scale;
        return CsvDownload.Of(
            $"days-{window.From:yyyy-MM-dd}-{window.To:yyyy-MM-dd}.csv",
            [texts["desk.day"], texts["desk.earned"], texts["desk.spent"], texts["desk.refunded"],
                texts["desk.expired"], texts["desk.settled"], texts["desk.payments"], texts["desk.people"],
                texts["desk.decayed"]],
            (await ReadAsync(database, window, cancellation)).Select(row => (IReadOnlyList<object>)
            [
                row.Day, new CsvAmount(row.Earned, scale), new CsvAmount(row.Spent, scale),
                new CsvAmount(row.Refunded, scale), new CsvAmount(row.Expired, scale),
                new CsvAmount(row.Settled, scale), row.Payments, row.People,
                new CsvAmount(row.Decayed, scale),
            ]));
    }
}
