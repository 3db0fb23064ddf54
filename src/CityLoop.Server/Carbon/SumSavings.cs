using CityLoop.Carbon;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Carbon;

/// <summary>What trips saved, by month and mode under every rule set: for a person and for the desk alike.</summary>
static class SumSavings
{
    /// <summary>Whose trips, from which day until which.</summary>
    /// <param name="Person">Null for everybody.</param>
    public sealed record Request(PersonId? Person, DateOnly From, DateOnly Until);

    /// <summary>The trips of one month by one mode.</summary>
    /// <param name="People">How many different people made them.</param>
    /// <param name="ByRuleSet">Grams by rule set; a rule set that is silent about the mode is not there.</param>
    public sealed record Line(
        TravelMode Mode, int Trips, int People, IReadOnlyDictionary<string, AvoidedGrams> ByRuleSet);

    /// <summary>All trips of one month.</summary>
    public sealed record MonthSum(
        DateOnly Month, int Trips, int People, IReadOnlyDictionary<string, AvoidedGrams> ByRuleSet,
        IReadOnlyList<Line> Lines);

    /// <summary>Everything that was asked for.</summary>
    /// <param name="Months">Newest first.</param>
    public sealed record Response(
        IReadOnlyList<MonthSum> Months, int Trips, int People, IReadOnlyDictionary<string, AvoidedGrams> ByRuleSet);

    public static async Task<Response> Handle(
        Request request, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var values = new { person = request.Person?.Value, from = request.From, until = request.Until };
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var counts = (await connection.QueryAsync<Count>(new CommandDefinition(
            $"""
            select {Month} as month, mode, count(*)::int as trips, count(distinct person)::int as people
            from carbon.trip t where {Wanted} group by grouping sets (({Month}, mode), ({Month}), ())
            """, values, cancellationToken: cancellation))).ToList();
        var parts = (await connection.QueryAsync<Part>(new CommandDefinition(
            $"""
            select {Month} as month, mode, rule_set, factor || ' ' || version as factor, sum(grams) as grams,
              sum(measurement_deviation * measurement_deviation) as measurement_variance,
              sum(factor_deviation) as factor_deviation
            from carbon.trip t join carbon.saving on saving.trip = t.id where {Wanted}
            group by {Month}, mode, rule_set, factor, version
            """, values, cancellationToken: cancellation))).ToList();

        var all = counts.Single(count => count.Month is null);
        return new Response(
            [.. counts.Where(count => count is { Month: not null, Mode: null })
                .OrderByDescending(count => count.Month)
                .Select(month => MonthOf(month, counts, parts))],
            all.Trips, all.People, Sums(parts));
    }

    static MonthSum MonthOf(Count month, List<Count> counts, List<Part> parts)
    {
        var inMonth = parts.Where(part => part.Month == month.Month).ToList();
        var lines = counts.Where(count => count.Month == month.Month && count.Mode is not null)
            .OrderBy(count => count.Mode)
            .Select(count => new Line(
                (TravelMode)count.Mode!, count.Trips, count.People,
                Sums(inMonth.Where(part => part.Mode == count.Mode))));
        return new MonthSum(month.Month!.Value, month.Trips, month.People, Sums(inMonth), [.. lines]);
    }

    const string Month = "date_trunc('month', day)::date";

    const string Wanted = "day between @from and @until and (@person::uuid is null or person = @person)";

    static Dictionary<string, AvoidedGrams> Sums(IEnumerable<Part> parts) => parts
        .GroupBy(part => part.RuleSet)
        .ToDictionary(group => group.Key, group => SavingsPart.Sum(group.Select(part => new SavingsPart(
            part.Factor, part.Grams, part.MeasurementVariance, part.FactorDeviation))));

    sealed class Count
    {
        public DateOnly? Month { get; init; }
        public short? Mode { get; init; }
        public int Trips { get; init; }
        public int People { get; init; }
    }

    sealed class Part
    {
        public DateOnly Month { get; init; }
        public short Mode { get; init; }
        public required string RuleSet { get; init; }
        public required string Factor { get; init; }
        public double Grams { get; init; }
        public double MeasurementVariance { get; init; }
        public double FactorDeviation { get; init; }
    }
}
