using CityLoop.Server.City;
using CityLoop.Server.Pass.Data;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Access;

/// <summary>Who saw what about a person, for that person: the log, and who acted for them, in one list.</summary>
sealed class MyAccesses(NpgsqlDataSource database, IEnumerable<AccessNames> names, CityPack city)
{
    /// <summary>The newest first.</summary>
    /// <param name="skip">How many newer lines are left out.</param>
    /// <param name="guardian">Who reads it of a small child; null for who reads their own.</param>
    public async Task<IReadOnlyList<AccessLine>> OfAsync(
        PersonId person, int count, int skip, CancellationToken cancellation, PersonId? guardian = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            with seen as (
              select (t.at at time zone @zone)::date as day, t.kind, t.officer as who, t.by_whom, t.purpose, t.is_given,
                t.consent, array_agg(distinct w) as what, count(distinct t.id)::int as times, max(t.at) as last
              from pass.access t, unnest(t.what) w
              where t.person = @person and (@guardian::uuid is null or {GuardianReads.Accesses})
              group by 1, 2, 3, 4, 5, 6, 7
              union all
              -- Written by whoever acts; here it is only read.
              select (at at time zone @zone)::date, 'guardian', guardian, null, 'guardian', true,
                null, array['acting'], count(*)::int, max(at)
              from pass.acted_for where child = @person group by 1, 3)
            select s.day, s.kind, s.by_whom, coalesce(p.name, '') as name, p.roles, s.purpose, s.is_given, s.consent,
              s.what, s.times, s.last
            from seen s left join pass.person p on p.id = s.who
            order by s.day desc, s.last desc, s.kind, s.purpose, s.by_whom offset @skip limit @count
            """, new { person = person.Value, zone = city.TimeZone.Id, skip, count, guardian = guardian?.Value },
            cancellationToken: cancellation));
        var lines = rows.ToList();
        var known = new Dictionary<string, IReadOnlyDictionary<string, LocalNames>>();
        foreach (var namer in names.Where(namer => lines.Any(line => line.Kind == AccessLog.NameOf(namer.Kind))))
            known[AccessLog.NameOf(namer.Kind)] = await namer.AllAsync(cancellation);
        return [.. lines.Select(line => line.ToLine(
            line.ByWhom is null ? null : known.GetValueOrDefault(line.Kind)?.GetValueOrDefault(line.ByWhom)))];
    }

    // Properties, not a constructor: an array's type is known only by its values.
    sealed class Row
    {
        public DateOnly Day { get; init; }
        public string Kind { get; init; } = "";
        public string? ByWhom { get; init; }
        public string Name { get; init; } = "";
        public string[]? Roles { get; init; }
        public string Purpose { get; init; } = "";
        public bool IsGiven { get; init; }
        public Guid? Consent { get; init; }
        public string[] What { get; init; } = [];
        public int Times { get; init; }
        public DateTimeOffset Last { get; init; }

        public AccessLine ToLine(LocalNames? names) => new(
            Day, Kind, names?.InEveryLanguage, Name, Kind == "officer" ? RoleOf(Roles ?? []) : null, What, Purpose,
            IsGiven, Consent, Times, Last);

        // Somebody who has handed the role back was staff when they looked.
        static string RoleOf(string[] roles) =>
            roles.Contains(Pass.Roles.Auditor) ? Pass.Roles.Auditor : Pass.Roles.CityStaff;
    }
}
