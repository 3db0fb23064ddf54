using Dapper;
using Npgsql;

namespace CityLoop.Server.Insights;

/// <summary>The four figures with which an officer's day begins.</summary>
sealed class WhatChanged(NpgsqlDataSource database, FlowByBudget budgets, FlowTables tables)
{
    /// <summary>
    /// As of a journal entry; amounts in the smallest unit, "yesterday" is the last whole day of the city.
    /// </summary>
    public sealed record Response(
        long AsOf, long InCirculation, long InCirculationWeekAgo, long PeopleYesterday, long PeopleDayBefore,
        long OwedToShops, long WaitingForBank, long EarnedYesterday, long SpentYesterday,
        FlowByBudget.Row? TightestBudget);

    sealed record Sums(
        long InCirculation, long GrownThisWeek, long OwedToShops, long WaitingForBank, long EarnedYesterday,
        long SpentYesterday);

    sealed record People(long Yesterday, long DayBefore);

    public async Task<Response> Handle(DeskWindow window, CancellationToken cancellation)
    {
        var asOf = await tables.SequenceAsync(cancellation);
        var rows = await budgets.ReadAsync(window, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var (currency, today, yesterday) = (window.Currency.Id.Value, window.Today, window.Today.AddDays(-1));
        var at = new { currency, today, yesterday };
        var sums = await connection.QuerySingleAsync<Sums>(
            """
            select coalesce(sum(growth), 0)::bigint as incirculation,
              coalesce(sum(growth) filter (where day > @today - 7), 0)::bigint as grownthisweek,
              coalesce(sum(spent - refunded - settled), 0)::bigint as owedtoshops,
              coalesce(sum(settled - paid_out), 0)::bigint as waitingforbank,
              coalesce(sum(issued - returned) filter (where day = @yesterday), 0)::bigint as earnedyesterday,
              coalesce(sum(spent - refunded) filter (where day = @yesterday), 0)::bigint as spentyesterday
            from (
              select *, issued - returned - spent + refunded - expired - decayed as growth
              from insights.day where currency = @currency) as d
            """,
            at);
        var people = await connection.QuerySingleAsync<People>(
            """
            select count(*) filter (where day = @yesterday) as yesterday,
              count(*) filter (where day = @yesterday - 1) as daybefore
            from insights.active where currency = @currency and day between @yesterday - 1 and @yesterday
            """,
            at);
        return new Response(
            asOf, sums.InCirculation, sums.InCirculation - sums.GrownThisWeek, people.Yesterday, people.DayBefore,
            sums.OwedToShops, sums.WaitingForBank, sums.EarnedYesterday, sums.SpentYesterday,
            rows.Where(r => r.DaysLeft is not null).MinBy(r => r.DaysLeft));
    }
}
