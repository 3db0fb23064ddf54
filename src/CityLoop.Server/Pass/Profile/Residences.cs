using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Profile;

/// <summary>Where somebody belongs, who says so, and since when.</summary>
/// <param name="Kind">resident, commuter or visitor.</param>
/// <param name="District">A code of the city's districts, where it is told.</param>
/// <param name="Source"><c>self</c>, or <c>counter</c> when an officer has seen a paper.</param>
sealed record Residence(string Kind, string? District, string Source, DateTimeOffset Since);

/// <summary>Residence is what a person tells or an officer has seen; it opens and closes no door by itself.</summary>
sealed class Residences(NpgsqlDataSource database, TimeProvider time)
{
    public static readonly IReadOnlyList<string> Kinds = ["resident", "commuter", "visitor"];

    public async Task<Residence?> OfAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Residence>(new CommandDefinition(
            "select kind, district, source, since from pass.residence where person = @Value", person,
            cancellationToken: cancellation));
    }

    /// <summary>The person's own word; it replaces what an officer saw only when it says something else.</summary>
    public async Task TellAsync(
        PersonId person, string? kind, string? district, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            kind is null
                ? "delete from pass.residence where person = @person"
                : """
                  insert into pass.residence as r (person, kind, district, source, since)
                  values (@person, @kind, @district, 'self', @now)
                  on conflict (person) do update set
                    kind = @kind, district = @district, source = 'self', officer = null, since = @now
                  where r.kind <> @kind or r.district is distinct from @district
                  """,
            new { person = person.Value, kind, district, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>
    /// An officer has seen a paper that says the same; false when the person says something else by now, or nothing.
    /// </summary>
    public async Task<bool> ConfirmAsync(
        NpgsqlConnection connection, PersonId person, string? kind, string? district, PersonId officer,
        CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.residence set source = 'counter', officer = @officer, since = @now
            where person = @person and kind = @kind and district is not distinct from @district
            """, new { person = person.Value, kind, district, officer = officer.Value, now = time.GetUtcNow() },
            cancellationToken: cancellation)) == 1;
}
