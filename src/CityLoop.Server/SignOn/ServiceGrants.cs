using CityLoop.Server.Pass;
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

    const string Returned =
        "returning id, service, person, browser, scopes, nonce, signed_in_at, method, level, access_until";

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
    public async Task<Tokens?> ExchangeAsync(
        string? code, Guid service, string redirectUri, string challenge, CancellationToken cancellation)
    {
        if (GrantToken.Read(GrantToken.Code, code) is not { } token)
            return null;
        var made = New(token.Grant);
        var values = Values(token, service, made, new { redirectUri, challenge });
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var granted = await connection.QuerySingleOrDefaultAsync<Granted>(new CommandDefinition(
            $"""
            update sign_on.service_grant set exchanged_at = @now, used_at = @now,
              access_hash = @accessHash, access_until = least(until, @accessUntil),
              refresh_hash = case when @offline = any(scopes) then @refreshHash end,
              refresh_until = case when @offline = any(scopes) then least(until, @refreshUntil) end
            where id = @id and code_hash = @hash and service = @service and redirect_uri = @redirectUri
              and challenge = @challenge and code_until > @now and exchanged_at is null and ended_at is null
            {Returned}
            """, values, cancellationToken: cancellation));
        if (granted is not null)
            return With(granted, made);
        // A right code that comes twice, or with a wrong verifier or address, is in wrong hands.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update sign_on.service_grant set ended_at = @now,
              end_reason = case when exchanged_at is null then 'code_misused' else 'code_replayed' end
            where id = @id and code_hash = @hash and ended_at is null
            """, values, cancellationToken: cancellation));
        return null;
    }

    /// <summary>
    /// New tokens for a refresh token, once; null when it is not the newest of its family. An older one was copied, by
    /// a thief or from one, and nobody can tell which: the whole family ends.
    /// </summary>
    public async Task<Tokens?> RefreshAsync(
        string? refresh, Guid service, string[]? scopes, CancellationToken cancellation)
    {
        if (GrantToken.Read(GrantToken.Refresh, refresh) is not { } token)
            return null;
        var made = New(token.Grant);
        var values = Values(token, service, made, new { scopes });
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var granted = await connection.QuerySingleOrDefaultAsync<Granted>(new CommandDefinition(
            $"""
            update sign_on.service_grant set used_at = @now,
              access_hash = @accessHash, access_until = least(until, @accessUntil),
              refresh_hash = @refreshHash, refresh_until = least(until, @refreshUntil)
            where id = @id and refresh_hash = @hash and service = @service and refresh_until > @now
              and ended_at is null and (@scopes::text[] is null or scopes @> @scopes::text[])
            {Returned}
            """, values, cancellationToken: cancellation));
        if (granted is not null)
            return With(granted, made);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update sign_on.service_grant set ended_at = @now, end_reason = 'refresh_reused'
            where id = @id and service = @service and refresh_hash <> @hash and ended_at is null
            """, values, cancellationToken: cancellation));
        return null;
    }

    /// <summary>The grant that an access token opens; null when it opens nothing (any more).</summary>
    public async Task<Granted?> FindAsync(string? access, CancellationToken cancellation)
    {
        if (GrantToken.Read(GrantToken.Access, access) is not { } token)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Granted>(new CommandDefinition(
            """
            select id, service, person, browser, scopes, nonce, signed_in_at, method, level, access_until
            from sign_on.service_grant
            where id = @Grant and access_hash = @Hash and access_until > @now and ended_at is null
            """, new { token.Grant, token.Hash, now = time.GetUtcNow() }, cancellationToken: cancellation));
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
            delete from sign_on.used_assertion where until < @before
            """, new { before = time.GetUtcNow() - RefreshLife }, cancellationToken: cancellation));
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

    DynamicParameters Values(GrantToken token, Guid service, Made made, object more)
    {
        var now = time.GetUtcNow();
        var values = new DynamicParameters(more);
        values.AddDynamicParams(new
        {
            id = token.Grant,
            hash = token.Hash,
            service,
            now,
            offline = Scopes.OfflineAccess,
            accessHash = made.Access.Hash,
            accessUntil = now + AccessLife,
            refreshHash = made.Refresh.Hash,
            refreshUntil = now + RefreshLife,
        });
        return values;
    }

    sealed record Made((string Text, byte[] Hash) Access, (string Text, byte[] Hash) Refresh);
}
