using CityLoop.Ledger;
using CityLoop.Missions;
using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Missions;

/// <summary>What happened at a spot: stamps, and the points that acts there earned. People are summed up.</summary>
/// <param name="Spot">Null where the city pack no longer has it.</param>
sealed record SpotFigure(string SpotId, Spot? Spot, long Stamps, long Points);

/// <summary>
/// Figures by spot for the city's desk: the only road on which it learns where something was earned. It gets sums, and
/// neither the acts nor the people behind them.
/// </summary>
sealed class SpotFigures(NpgsqlDataSource database, MissionCatalogue catalogue, CityPack city, CityClock clock)
{
    sealed record Sum(Guid Version, string Activity, long Stamps, long Points);

    /// <summary>Each spot of a mission, in the mission's order, since its beginning.</summary>
    public async Task<IReadOnlyList<SpotFigure>> OfMissionAsync(Mission mission, CancellationToken cancellation)
    {
        var bySpot = (await ReadAsync(null, null, null, mission.Id, cancellation)).ToDictionary(f => f.SpotId);
        return [.. mission.Activities.Select(a => a.Spot).Distinct()
            .Select(spot => bySpot.GetValueOrDefault(spot, new SpotFigure(spot, SpotOf(spot), 0, 0)))];
    }

    /// <summary>Each spot where something happened on these days; points of one currency.</summary>
    public Task<IReadOnlyList<SpotFigure>> OnDaysAsync(
        CurrencyId currency, DateOnly from, DateOnly to, CancellationToken cancellation) =>
        ReadAsync(currency, clock.StartOf(from), clock.StartOf(to.AddDays(1)), null, cancellation);

    async Task<IReadOnlyList<SpotFigure>> ReadAsync(
        CurrencyId? currency, DateTimeOffset? from, DateTimeOffset? before, string? mission,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var sums = await connection.QueryAsync<Sum>(new CommandDefinition(
            """
            select version, activity, sum(stamps)::bigint as stamps, sum(points)::bigint as points
            from (
              select a.version, a.activity, (a.verdict = @stamped)::int as stamps,
                coalesce((
                  select sum(p.amount) from missions.payment p
                  where p.person = a.person and p.act = a.id and p.outcome = @paid
                    and (@currency::smallint is null or p.currency = @currency)), 0) as points
              from missions.act a join missions.version v on v.id = a.version
              where (@from::timestamptz is null or a.at >= @from) and (@before::timestamptz is null or a.at < @before)
                and (@mission::text is null or v.mission = @mission)) as act
            group by version, activity
            """,
            new
            {
                stamped = (short)Verdict.Stamped, paid = (short)PaymentOutcome.Paid, currency = currency?.Value,
                from = from?.UtcDateTime, before = before?.UtcDateTime, mission,
            },
            cancellationToken: cancellation));
        return
        [
            .. from sum in sums
               let spot = catalogue.FindVersion(sum.Version)?.ActivityOf(sum.Activity)?.Spot
               where spot is not null
               group sum by spot into here
               select new SpotFigure(here.Key, SpotOf(here.Key), here.Sum(s => s.Stamps), here.Sum(s => s.Points)),
        ];
    }

    Spot? SpotOf(string id) => city.Spots.FirstOrDefault(s => s.Id == id);
}
