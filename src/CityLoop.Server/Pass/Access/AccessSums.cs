using CityLoop.Server.City;
using CityLoop.Server.Shared;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Access;

/// <summary>How often something was seen for one purpose in one month; null where it would tell of few.</summary>
/// <param name="Where">counter, audit, service or office.</param>
/// <param name="Names">The service's or the office's; null for others and for those that are gone.</param>
/// <param name="Purpose">Null for the sum of the month.</param>
sealed record AccessSum(
    DateOnly Month, string Where, LocalNames? Names, string? Purpose, long? Given, long? People, long? Refused);

/// <summary>
/// Accesses by month, by whom and what for, without people. What is about few people is hidden so that it cannot be
/// worked out from the sums either; today does not count yet, or who reads twice in an hour could see one person come.
/// </summary>
sealed class AccessSums(NpgsqlDataSource database, IEnumerable<AccessNames> names, CityClock clock, CityPack city)
{
    public const int MonthsShown = 12;

    /// <summary>The months, newest first; each with its sum and then its lines.</summary>
    public async Task<IReadOnlyList<AccessSum>> ReadAsync(CancellationToken cancellation)
    {
        var today = clock.Today;
        var since = new DateOnly(today.Year, today.Month, 1).AddMonths(1 - MonthsShown);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Each row of an erased person has a person of its own: it counts, and it makes no group larger.
        var counted = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            with seen as (
              select date_trunc('month', a.at at time zone @zone)::date as month,
                case when a.kind <> 'officer' then a.kind when a.purpose = @books then 'audit' else 'counter' end
                  as "where",
                a.by_whom, a.purpose, a.is_given, p.id as person
              from pass.access a left join pass.person p on p.id = a.person
              where a.at >= @since and a.at < @until)
            select month, "where", by_whom, purpose, count(*) filter (where is_given) as given,
              count(distinct person) filter (where is_given) as given_people,
              count(*) filter (where not is_given) as refused,
              count(distinct person) filter (where not is_given) as refused_people
            from seen group by grouping sets ((month, "where", by_whom, purpose), (month))
            order by month desc, "where" nulls first, count(*) desc, by_whom, purpose
            """,
            new
            {
                zone = city.TimeZone.Id, books = OfficerPurposes.Books,
                since = clock.StartOf(since).ToUniversalTime(), until = clock.StartOf(today).ToUniversalTime(),
            }, cancellationToken: cancellation))).ToList();
        var known = new Dictionary<(string, string), LocalNames>();
        foreach (var namer in names)
            foreach (var (by, named) in await namer.AllAsync(cancellation))
                known[(AccessLog.NameOf(namer.Kind), by)] = named;
        return Shown(counted, known);
    }

    static List<AccessSum> Shown(List<Row> counted, Dictionary<(string, string), LocalNames> known)
    {
        List<AccessSum> shown = [];
        foreach (var month in counted.Where(row => row.Purpose is null))
        {
            // No sum stands over the months, so a small one hides alone.
            var (hidesGiven, hidesRefused) = (
                month.Given > 0 && month.GivenPeople < SmallGroups.Fewest,
                month.Refused > 0 && month.RefusedPeople < SmallGroups.Fewest);
            shown.Add(month.ToSum(null, hidesGiven, hidesRefused));
            var lines = counted.Where(row => row.Month == month.Month && row.Purpose is not null).ToList();
            var (linesGiven, linesRefused) = (
                HiddenOf(lines, row => (row.Given, row.GivenPeople)),
                HiddenOf(lines, row => (row.Refused, row.RefusedPeople)));
            shown.AddRange(lines.Select((line, j) => line.ToSum(
                known.GetValueOrDefault((line.Where ?? "", line.ByWhom ?? "")),
                // Where the month's own sum is hidden, its lines must not add up to it.
                linesGiven[j] || hidesGiven, linesRefused[j] || hidesRefused)));
        }

        return shown;
    }

    /// <summary>Where nothing is there is nobody to hide: nought stays nought.</summary>
    static bool[] HiddenOf(List<Row> rows, Func<Row, (long Count, long People)> of)
    {
        var there = rows.Select((row, i) => (Cell: of(row), i)).Where(row => row.Cell.Count > 0).ToList();
        var hidden = new bool[rows.Count];
        foreach (var (isHidden, row) in SmallGroups.HiddenOf([.. there.Select(row => (int)row.Cell.People)]).Zip(there))
            hidden[row.i] = isHidden;
        return hidden;
    }

    sealed class Row
    {
        public DateOnly Month { get; init; }
        public string? Where { get; init; }
        public string? ByWhom { get; init; }
        public string? Purpose { get; init; }
        public long Given { get; init; }
        public long GivenPeople { get; init; }
        public long Refused { get; init; }
        public long RefusedPeople { get; init; }

        public AccessSum ToSum(LocalNames? names, bool hidesGiven, bool hidesRefused) => new(
            Month, Where ?? "", names, Purpose, hidesGiven ? null : Given, hidesGiven ? null : GivenPeople,
            hidesRefused ? null : Refused);
    }
}
