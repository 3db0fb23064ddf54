using CityLoop.Server.Pass.Levels;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>What a live session proves: who, since when, by which way in, and how surely the city knows them.</summary>
/// <param name="Browser">Shared by the sessions that followed each other in one browser.</param>
sealed record SignInProof(
    PersonId Person, Guid Session, Guid Browser, DateTimeOffset SignedInAt, SignInMethod Method,
    AssuranceLevel Level);

/// <summary>What the city could tell a service about a person, if they agree.</summary>
/// <param name="Email">Verified ones only, and so the number.</param>
sealed record TellableFacts(string Name, string Language, string? Email, string? Phone);

/// <summary>Vouches for people who are signed in, to those that let them in on the city's word.</summary>
sealed class SignInProofs(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>What the session proves; null when it has ended.</summary>
    public async Task<SignInProof?> OfAsync(Guid session, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select s.id, s.browser, s.person, s.created_at, s.last_seen_at, s.method, p.roles,
              pass.level_of(p.id) as level
            from pass.session s join pass.person p on p.id = s.person
            where s.id = @session and s.ended_at is null
            """, new { session }, cancellationToken: cancellation));
        return row is not null && Sessions.IsLive(row.CreatedAt, row.LastSeenAt, row.Roles, time.GetUtcNow())
            ? new SignInProof(
                new PersonId(row.Person), row.Id, row.Browser, row.CreatedAt, Read(row.Method),
                (AssuranceLevel)row.Level)
            : null;
    }

    /// <summary>
    /// Whether the person is still signed in where they were, in that session or in one that followed it there, and
    /// still known at least as surely: a check may have been withdrawn since.
    /// </summary>
    public async Task<bool> IsLiveAsync(PersonId person, Guid browser, int level, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            select s.created_at, s.last_seen_at, p.roles
            from pass.session s join pass.person p on p.id = s.person
            where s.browser = $1 and s.person = $2 and s.ended_at is null and pass.level_of($2) >= $3
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = browser });
        command.Parameters.Add(new NpgsqlParameter { Value = person.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = level });
        // Prepared, once in each connection: services ask this all day.
        await command.PrepareAsync(cancellation);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            if (Sessions.IsLive(
                rows.GetFieldValue<DateTimeOffset>(0), rows.GetFieldValue<DateTimeOffset>(1),
                rows.GetFieldValue<string[]>(2), time.GetUtcNow()))
                return true;
        return false;
    }

    /// <summary>What there is to tell; null when there is no such person (any more).</summary>
    public async Task<TellableFacts?> FactsAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<TellableFacts>(new CommandDefinition(
            """
            select p.name, p.language,
              (select min(value) from pass.contact
               where person = p.id and kind = 'email' and verified_at is not null) as email,
              (select min(value) from pass.contact
               where person = p.id and kind = 'phone' and verified_at is not null) as phone
            from pass.person p where p.id = @person
            """, new { person = person.Value }, cancellationToken: cancellation));
    }

    /// <summary>How a method stands in the table.</summary>
    public static string Written(SignInMethod method) => method == SignInMethod.Passkey ? "passkey" : "code";

    /// <inheritdoc cref="Written"/>
    public static SignInMethod Read(string method) =>
        method == "passkey" ? SignInMethod.Passkey : SignInMethod.Code;

    // Properties, not a constructor: an array's type is known only by its values.
    sealed class Row
    {
        public Guid Id { get; init; }
        public Guid Browser { get; init; }
        public Guid Person { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset LastSeenAt { get; init; }
        public string Method { get; init; } = "";
        public string[] Roles { get; init; } = [];
        public int Level { get; init; }
    }
}
