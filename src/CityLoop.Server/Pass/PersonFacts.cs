using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>What decides whether somebody may apply for something that is for some people only.</summary>
/// <param name="Level">See <see cref="Levels.AssuranceLevel"/>.</param>
/// <param name="Residence">resident, commuter or visitor; null while nothing is said.</param>
/// <param name="Born">Null while the city does not know it.</param>
sealed record PersonFacts(int Level, string? Residence, DateOnly? Born)
{
    /// <summary>Whole years on a day; null while the day of birth is not known.</summary>
    public int? AgeOn(DateOnly day) => Born is not { } born ? null
        : day.Year - born.Year - (day < born.AddYears(day.Year - born.Year) ? 1 : 0);

    /// <summary>The facts about a person as they are now.</summary>
    public static async Task<PersonFacts> OfAsync(
        NpgsqlConnection connection, PersonId person, CancellationToken cancellation) =>
        await connection.QuerySingleAsync<PersonFacts>(new CommandDefinition(
            """
            select pass.level_of(p.id) as level, r.kind as residence, p.born
            from pass.person p left join pass.residence r on r.person = p.id where p.id = @Value
            """, person, cancellationToken: cancellation));
}
