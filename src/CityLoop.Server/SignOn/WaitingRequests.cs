using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>A service's wish that waits for the person.</summary>
/// <param name="SessionBefore">The session that the browser had when it came.</param>
/// <param name="ConsentedBy">Who has agreed to this very wish.</param>
sealed record WaitingRequest(
    AuthorizationRequest Asked, DateTimeOffset OpenedAt, Guid? SessionBefore, PersonId? ConsentedBy, bool IsDeclined);

/// <summary>
/// The wishes that wait: pushed by a program for a minute, or for the person's answer for half an hour. Only their
/// random names lead to them.
/// </summary>
sealed class WaitingRequests(NpgsqlDataSource database, TimeProvider time)
{
    public static readonly TimeSpan PushedLife = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan OpenLife = TimeSpan.FromMinutes(30);

    const string UriPrefix = "urn:ietf:params:oauth:request_uri:";
    const int NameBytes = 32;

    /// <summary>Keeps what a program pushed; answers the address that names it (RFC 9126).</summary>
    public async Task<string> PushAsync(AuthorizationRequest asked, CancellationToken cancellation) =>
        UriPrefix + await AddAsync(asked, PushedLife, null, null, cancellation);

    /// <summary>Keeps a wish while its person signs in or reads; answers its name.</summary>
    public Task<string> OpenAsync(AuthorizationRequest asked, Guid? session, CancellationToken cancellation) =>
        AddAsync(asked, OpenLife, time.GetUtcNow(), session, cancellation);

    /// <summary>Opens what the service pushed, once; null when it is not there (any more).</summary>
    public async Task<(string Name, AuthorizationRequest Asked)?> OpenPushedAsync(
        string requestUri, Guid service, Guid? session, CancellationToken cancellation)
    {
        if (!requestUri.StartsWith(UriPrefix, StringComparison.Ordinal))
            return null;
        var name = requestUri[UriPrefix.Length..];
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var asked = await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            """
            update sign_on.request set opened_at = @now, until = @until, session_before = @session
            where hash = @hash and service = @service and opened_at is null and until > @now
            returning asked
            """, new { hash = HashOf(name), service, session, now, until = now + OpenLife },
            cancellationToken: cancellation));
        return asked is null ? null : (name, JsonSerializer.Deserialize<AuthorizationRequest>(asked)!);
    }

    /// <summary>The wish with this name; null when it has been answered, has run out or never was.</summary>
    public async Task<WaitingRequest?> FindAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select asked, opened_at, session_before, consented_by, declined_at from sign_on.request
            where hash = @hash and opened_at is not null and answered_at is null and until > @now
            """, new { hash = HashOf(name), now = time.GetUtcNow() }, cancellationToken: cancellation));
        return row is null ? null : new WaitingRequest(
            JsonSerializer.Deserialize<AuthorizationRequest>(row.Asked)!, row.OpenedAt, row.SessionBefore,
            row.ConsentedBy is { } person ? new PersonId(person) : null, row.DeclinedAt is not null);
    }

    /// <summary>The person has agreed to this very wish.</summary>
    public Task AgreeAsync(string name, PersonId person, CancellationToken cancellation) =>
        ChangeAsync("consented_by = @person", name, person, cancellation);

    /// <summary>The person does not want it; the service will hear that.</summary>
    public Task DeclineAsync(string name, PersonId person, CancellationToken cancellation) =>
        ChangeAsync("declined_at = @now", name, person, cancellation);

    /// <summary>Takes the wish away for its answer; false for who comes second.</summary>
    public async Task<bool> TakeAsync(string name, CancellationToken cancellation) =>
        await ChangeAsync("answered_at = @now", name, null, cancellation) == 1;

    async Task<string> AddAsync(
        AuthorizationRequest asked, TimeSpan life, DateTimeOffset? openedAt, Guid? session,
        CancellationToken cancellation)
    {
        var name = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NameBytes));
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from sign_on.request where until < @now;
            insert into sign_on.request (hash, service, asked, until, opened_at, session_before)
            values (@hash, @Service, @text, @until, @openedAt, @session)
            """,
            new
            {
                hash = HashOf(name), asked.Service, text = JsonSerializer.Serialize(asked), until = now + life,
                openedAt, session, now,
            }, cancellationToken: cancellation));
        return name;
    }

    async Task<int> ChangeAsync(string change, string name, PersonId? person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            $"update sign_on.request set {change} where hash = @hash and answered_at is null and until > @now",
            new { hash = HashOf(name), person = person?.Value, now = time.GetUtcNow() },
            cancellationToken: cancellation));
    }

    static byte[] HashOf(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));

    sealed record Row(
        string Asked, DateTimeOffset OpenedAt, Guid? SessionBefore, Guid? ConsentedBy, DateTimeOffset? DeclinedAt);
}
