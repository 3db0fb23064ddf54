using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using Dapper;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>What a grant says to the service's program.</summary>
sealed class Granted
{
    public Guid Id { get; init; }
    public Guid Service { get; init; }
    public Guid Person { get; init; }
    public Guid Browser { get; init; }
    public string[] Scopes { get; init; } = [];
    public string? Nonce { get; init; }
    public DateTimeOffset SignedInAt { get; init; }
    public string Method { get; init; } = "";
    public short Level { get; init; }
    public DateTimeOffset AccessUntil { get; init; }
}

/// <summary>A grant with the tokens just made for it; nobody sees them again.</summary>
sealed record Tokens(Granted Grant, string Access, string? Refresh);

/// <summary>
/// What sign-ins gave services: a code, tokens for it, new tokens for old ones. Each step is one statement, so that of
/// two who come with the same code or token one is first; the second has shown that it was stolen, and the grant ends.
/// </summary>
sealed class ServiceGrants(NpgsqlDataSource database, TimeProvider time)
{
    public static readonly TimeSpan CodeLife = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan AccessLife = TimeSpan.FromMinutes(10);

    /// <summary>Counted anew with each use.</summary>
    public static readonly TimeSpan RefreshLife = TimeSpan.FromDays(30);

    const string Columns =
        "id, service, person, browser, scopes, nonce, signed_in_at, method, level, access_until";

    /// <summary>Gives a service a code for what the person has agreed to.</summary>
    /// <param name="until">Until when they have agreed.</param>
    public async Task<string> BeginAsync(
        AuthorizationRequest asked, SignInProof proof, DateTimeOffset until, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        // Random, not by time: the number stands in tokens, and who has none must not guess one.
        var id = new Guid(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        var (code, hash) = GrantToken.New(GrantToken.Code, id);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into sign_on.service_grant (id, service, person, session, browser, scopes, nonce, signed_in_at,
              method, level, until, redirect_uri, challenge, code_hash, code_until)
            values (@id, @Service, @person, @Session, @Browser, @Scopes, @Nonce, @SignedInAt, @method, @level, @until,
              @RedirectUri, @Challenge, @hash, @codeUntil)
            """,
            new
            {
                id,
                asked.Service,
                person = proof.Person.Value,
                proof.Session,
                proof.Browser,
                asked.Scopes,
                asked.Nonce,
                proof.SignedInAt,
                method = SignInProofs.Written(proof.Method),
                level = (short)proof.Level,
                until,
                asked.RedirectUri,
                asked.Challenge,
                hash,
                codeUntil = now + CodeLife,
            }, cancellationToken: cancellation));
        return code;
    }

    /// <summary>Tokens for a code, once; null when it does not fit, and then it never will.</summary>
    /// <param name="challenge">What the verifier that the program shows makes.</param>
    /// <param name="purpose">
    /// What the service needs the sign-in for: an ID token goes out for the code, and the access is written down
    /// by the very statement that uses the code up.
    /// </param>
    public async Task<Tokens?> ExchangeAsync(
        string? code, Guid service, string redirectUri, string challenge, string purpose,
        CancellationToken cancellation)
    {
        if (GrantToken.Read(GrantToken.Code, code) is not { } token)
            return null;
        var (made, now) = (New(token.Grant), time.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var granted = await OneAsync(
            connection,
            $"""
            with given as (
              update sign_on.service_grant set exchanged_at = $4, used_at = $4,
                access_hash = $5, access_until = least(until, $6),
                refresh_hash = case when $9 = any(scopes) then $7 end,
                refresh_until = case when $9 = any(scopes) then least(until, $8) end
              where id = $1 and code_hash = $2 and service = $3 and redirect_uri = $10
                and challenge = $11 and code_until > $4 and exchanged_at is null and ended_at is null
              returning {Columns}),
            written as ({AccessLog.ByService("given", "$12", "$13", "$14", "$4")})
            select {Columns} from given
            """,
            [
                .. Values(token, service, made, now), Scopes.OfflineAccess, redirectUri, challenge,
                Guid.CreateVersion7(now), IdTokens.Told, purpose,
            ], cancellation);
        if (granted is not null)
            return With(granted, made);
        // A right code that comes twice, or with a wrong verifier or address, is in wrong hands.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update sign_on.service_grant set ended_at = @now,
              end_reason = case when exchanged_at is null then 'code_misused' else 'code_replayed' end
            where id = @Grant and code_hash = @Hash and ended_at is null
            """, new { token.Grant, token.Hash, now }, cancellationToken: cancellation));
        return null;
    }

    /// <summary>
    /// New tokens for a refresh token, once; null when it is not the newest of its family. An older one was copied, by
    /// a thief or from one, and nobody can tell which: the whole family ends.
    /// </summary>
    /// <param name="scopes">What is asked for; none for all that was granted.</param>
    public async Task<Tokens?> RefreshAsync(
        string? refresh, Guid service, string[] scopes, CancellationToken cancellation)
    {
        if (GrantToken.Read(GrantToken.Refresh, refresh) is not { } token)
            return null;
        var (made, now) = (New(token.Grant), time.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var granted = await OneAsync(
            connection,
            $"""
            update sign_on.service_grant set used_at = $4,
              access_hash = $5, access_until = least(until, $6), refresh_hash = $7, refresh_until = least(until, $8)
            where id = $1 and refresh_hash = $2 and service = $3 and refresh_until > $4
              and ended_at is null and scopes @> $9
            returning {Columns}
            """, [.. Values(token, service, made, now), scopes], cancellation);
        if (granted is not null)
            return With(granted, made);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update sign_on.service_grant set ended_at = @now, end_reason = 'refresh_reused'
            where id = @Grant and service = @service and refresh_hash <> @Hash and ended_at is null
            """, new { token.Grant, token.Hash, service, now }, cancellationToken: cancellation));
        return null;
    }

    /// <summary>The grant that an access token opens; null when it opens nothing (any more).</summary>
    public async Task<Granted?> FindAsync(string? access, CancellationToken cancellation)
    {
        if (GrantToken.Read(GrantToken.Access, access) is not { } token)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Granted>(new CommandDefinition(
            $"""
            select {Columns} from sign_on.service_grant
            where id = @Grant and access_hash = @Hash and access_until > @now and ended_at is null
            """, new { token.Grant, token.Hash, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>Whose grant a token opened, and which service's, if somebody has ended it; null otherwise.</summary>
    public async Task<(PersonId Person, Guid Service)?> EndedAsync(string? text, CancellationToken cancellation)
    {
        if ((GrantToken.Read(GrantToken.Refresh, text) ?? GrantToken.Read(GrantToken.Access, text)) is not { } token)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<(Guid Person, Guid Service)?>(new CommandDefinition(
            """
            select person, service from sign_on.service_grant
            where id = @Grant and @Hash in (access_hash, refresh_hash) and ended_at is not null
            """, new { token.Grant, token.Hash }, cancellationToken: cancellation));
        return row is var (person, service) ? (new PersonId(person), service) : null;
    }

    /// <summary>A service gives a token back: the whole grant ends. Of another service's tokens nothing does.</summary>
    public async Task RevokeAsync(string? text, Guid service, CancellationToken cancellation)
    {
        var token = GrantToken.Read(GrantToken.Refresh, text) ?? GrantToken.Read(GrantToken.Access, text);
        if (token is not null)
            await EndAsync(
                "id = @Grant and service = @service and @Hash in (access_hash, refresh_hash)", "revoked",
                new { token.Grant, token.Hash, service }, cancellation);
    }

    /// <summary>Ends one grant.</summary>
    public Task EndAsync(Guid grant, string reason, CancellationToken cancellation) =>
        EndAsync("id = @grant", reason, new { grant }, cancellation);

    /// <summary>Ends all that a person's sign-ins gave a service.</summary>
    public Task EndAllAsync(PersonId person, Guid service, string reason, CancellationToken cancellation) =>
        EndAsync(
            "person = @person and service = @service", reason, new { person = person.Value, service }, cancellation);

    /// <summary>Ends all that anybody's sign-ins gave a service.</summary>
    public Task EndAllAsync(Guid service, string reason, CancellationToken cancellation) =>
        EndAsync("service = @service", reason, new { service }, cancellation);

    /// <summary>
    /// Forgets grants that ended or ran out long ago; what a stolen token left behind is shown for as long.
    /// </summary>
    public async Task<int> ForgetOldAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from sign_on.service_grant
            where greatest(code_until, access_until, refresh_until, ended_at) < @before;
            delete from sign_on.used_assertion where until < @now
            """, new { now = time.GetUtcNow(), before = time.GetUtcNow() - RefreshLife },
            cancellationToken: cancellation));
    }

    async Task EndAsync(string which, string reason, object values, CancellationToken cancellation)
    {
        var parameters = new DynamicParameters(values);
        parameters.Add("reason", reason);
        parameters.Add("now", time.GetUtcNow());
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            update sign_on.service_grant set ended_at = @now, end_reason = @reason where ended_at is null and {which}
            """, parameters, cancellationToken: cancellation));
    }

    static Made New(Guid grant) =>
        new(GrantToken.New(GrantToken.Access, grant), GrantToken.New(GrantToken.Refresh, grant));

    static Tokens With(Granted granted, Made made) => new(
        granted, made.Access.Text, granted.Scopes.Contains(Scopes.OfflineAccess) ? made.Refresh.Text : null);

    /// <summary>What both steps name, as $1 to $8.</summary>
    static object[] Values(GrantToken token, Guid service, Made made, DateTimeOffset now) =>
    [
        token.Grant, token.Hash, service, now, made.Access.Hash, now + AccessLife, made.Refresh.Hash, now + RefreshLife,
    ];

    // The two statements that services send all day are prepared, once in each connection: planning them each time
    // costs the database more than carrying them out.
    static async Task<Granted?> OneAsync(
        NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.PrepareAsync(cancellation);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new Granted
            {
                Id = row.GetGuid(0),
                Service = row.GetGuid(1),
                Person = row.GetGuid(2),
                Browser = row.GetGuid(3),
                Scopes = row.GetFieldValue<string[]>(4),
                Nonce = await row.IsDBNullAsync(5, cancellation) ? null : row.GetString(5),
                SignedInAt = row.GetFieldValue<DateTimeOffset>(6),
                Method = row.GetString(7),
                Level = row.GetInt16(8),
                AccessUntil = row.GetFieldValue<DateTimeOffset>(9),
            }
            : null;
    }

    sealed record Made((string Text, byte[] Hash) Access, (string Text, byte[] Hash) Refresh);
}
