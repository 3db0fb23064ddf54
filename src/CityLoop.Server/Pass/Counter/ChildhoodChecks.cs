using CityLoop.Server.City;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>
/// Who was a child when officers looked at them is looked at again as an adult: a check from before ends on the day of
/// majority. A month ahead the child and its guardians are told.
/// </summary>
sealed class ChildhoodChecks(
    NpgsqlDataSource database, CityPack city, CityClock clock, LetterWriter letters, Sessions sessions)
{
    /// <summary>So long before its end a check's person is told.</summary>
    public const int DaysAhead = 30;

    // On the city's clock: who is checked on the day itself is of age.
    const string OfAChild =
        """
        p.id = c.person and c.purpose = 'identity' and c.approved_at is not null and c.withdrawn_at is null
          and p.born <= @bornUntil
          and (c.approved_at at time zone @zone)::date < p.born + make_interval(years => @majority)
        """;

    /// <summary>Tells whose check ends within a month, once each; answers how many.</summary>
    public async Task<int> TellAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var soon = (await connection.QueryAsync<(Guid Person, string Name, DateOnly Born)>(
            $"""
            update pass.identity_check c set end_told_at = @now from pass.person p
            where {OfAChild} and c.end_told_at is null returning p.id, p.name, p.born
            """, ValuesOf(DaysAhead), transaction)).Distinct().ToList();
        foreach (var (person, name, born) in soon)
        {
            var guardians = await connection.QueryAsync<Guid>(
                """
                select guardian from pass.guardianship
                where child = @person and ground = 'child' and ended_at is null
                """, new { person }, transaction);
            foreach (var reader in guardians.Prepend(person))
                await letters.TellAsync(
                    new PersonId(reader), Topic.Safety, "childhoodCheckEnds", cancellation, name,
                    born.AddYears(city.Family.Majority));
        }

        // Behind the letters: a crash between writes them twice rather than never.
        await transaction.CommitAsync(cancellation);
        return soon.Count;
    }

    /// <summary>Ends those whose day has come; answers how many.</summary>
    public async Task<int> EndAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var ended = (await connection.QueryAsync<(Guid Person, string Name)>(
            $"""
            update pass.identity_check c set withdrawn_at = @now from pass.person p
            where {OfAChild} returning p.id, p.name
            """, ValuesOf(daysAhead: 0))).Distinct().ToList();
        foreach (var (person, name) in ended)
        {
            sessions.Refresh(new PersonId(person));
            await letters.TellAsync(
                new PersonId(person), Topic.Safety, "childhoodCheckEnded", CancellationToken.None, name);
        }

        return ended.Count;
    }

    object ValuesOf(int daysAhead) => new
    {
        now = clock.Now.ToUniversalTime(), majority = city.Family.Majority, zone = city.TimeZone.Id,
        bornUntil = clock.Today.AddDays(daysAhead).AddYears(-city.Family.Majority),
    };
}
