using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>A service's wish for somebody's proofs.</summary>
sealed class ShareRequest
{
    public Guid Service { get; init; }
    public Guid Need { get; init; }
    public int Version { get; init; }
    public string Nonce { get; init; } = "";

    /// <summary>Null for a hosted service, and where the service asks again without the person.</summary>
    public string? ReturnAddress { get; init; }

    /// <summary>What a program can fetch without a person having been sent back.</summary>
    public bool IsAskedAgain => ReturnAddress is null;
    public string? State { get; init; }
    public DateTimeOffset Until { get; init; }

    /// <summary>Who answered.</summary>
    public Guid? Person { get; init; }
    public DateTimeOffset? DeclinedAt { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public byte[]? CodeHash { get; init; }
    public DateTimeOffset? FetchedAt { get; init; }
    public Guid? Consent { get; init; }

    public bool Waits(DateTimeOffset now) => DeclinedAt is null && AnsweredAt is null && Until > now;
}

/// <summary>A wish in the list of who has begun to read it.</summary>
sealed record WaitingShare(string Name, Guid Service, Guid Need, DateTimeOffset Until);

/// <summary>
/// The wishes that wait for a person, or for the service to fetch the answer. Only their random names lead to them.
/// </summary>
sealed class ShareRequests(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>A person reads, signs in, perhaps makes a passkey.</summary>
    public static readonly TimeSpan OpenLife = TimeSpan.FromMinutes(30);

    /// <summary>A program fetches the answer; readers of the proof inside wait no longer either.</summary>
    public static readonly TimeSpan AnswerLife = TimeSpan.FromMinutes(5);

    /// <summary>For so long a number that a service has said is not taken from it again.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    const int NameBytes = 32;

    /// <summary>A random name: of a request, a code, a consent's handle.</summary>
    public static string NewName() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NameBytes));

    public static byte[] HashOf(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));

    /// <summary>Keeps a wish; null when the service has said this number before.</summary>
    public async Task<string?> OpenAsync(
        Need need, string nonce, string? returnAddress, string? state, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await OpenAsync(connection, need, nonce, returnAddress, state, cancellation);
    }

    /// <summary>The same in the caller's transaction.</summary>
    public async Task<string?> OpenAsync(
        NpgsqlConnection connection, Need need, string nonce, string? returnAddress, string? state,
        CancellationToken cancellation)
    {
        var name = NewName();
        var now = time.GetUtcNow();
        var opened = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            with opened as (
              insert into credentials.request (hash, service, need, version, nonce, return_address, state, made_at,
                until)
              values (@hash, @Service, @Id, @Version, @nonce, @returnAddress, @state, @now, @until)
              on conflict (service, nonce) do nothing returning 1)
            select exists (select from opened)
            """,
            new
            {
                hash = HashOf(name), need.Service, need.Id, need.Version, nonce, returnAddress, state, now,
                until = now + OpenLife,
            }, cancellationToken: cancellation));
        return opened ? name : null;
    }

    /// <summary>The wish with this name, however it stands; null when there is none.</summary>
    public async Task<ShareRequest?> FindAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<ShareRequest>(new CommandDefinition(
            """
            select service, need, version, nonce, return_address, state, until, person, declined_at, answered_at,
              code_hash, fetched_at, consent
            from credentials.request where hash = @hash
            """, new { hash = HashOf(name) }, cancellationToken: cancellation));
    }

    /// <summary>Somebody reads it: they find it again in their list until it is answered.</summary>
    public async Task ReadAsync(string name, PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update credentials.request set person = @person, name = @name
            where hash = @hash and person is null and declined_at is null and answered_at is null
            """, new { hash = HashOf(name), name, person = person.Value }, cancellationToken: cancellation));
    }

    /// <summary>What a person has begun to read and not answered.</summary>
    public async Task<IReadOnlyList<WaitingShare>> WaitingAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<WaitingShare>(new CommandDefinition(
            """
            select name, service, need, until from credentials.request
            where person = @person and name is not null and declined_at is null and answered_at is null
              and until > @now order by made_at desc
            """, new { person = person.Value, now = time.GetUtcNow() }, cancellationToken: cancellation))];
    }

    /// <summary>The person does not want it; false when it was answered already.</summary>
    public async Task<bool> DeclineAsync(NpgsqlConnection connection, string name, PersonId person) =>
        await connection.ExecuteAsync(
            """
            update credentials.request set declined_at = @now, person = @person, name = null
            where hash = @hash and declined_at is null and answered_at is null and until > @now
            """, new { hash = HashOf(name), person = person.Value, now = time.GetUtcNow() }) == 1;

    /// <summary>Keeps the answer in place of the wait; false when somebody answered meanwhile.</summary>
    /// <param name="answer">Sealed for the service; null where nothing is to be fetched.</param>
    public async Task<bool> AnswerAsync(
        NpgsqlConnection connection, string name, PersonId person, Guid consent, string? code, string? answer)
    {
        var now = time.GetUtcNow();
        return await connection.ExecuteAsync(
            """
            update credentials.request set answered_at = @now, person = @person, consent = @consent,
              name = null, code_hash = @codeHash, answer = @answer, until = @until
            where hash = @hash and declined_at is null and answered_at is null and until > @now
            """,
            new
            {
                hash = HashOf(name), person = person.Value, consent, answer, now, until = now + AnswerLife,
                codeHash = code is null ? null : HashOf(code),
            }) == 1;
    }

    /// <summary>Takes the answer out, once; null for who comes second.</summary>
    public async Task<string?> TakeAsync(NpgsqlConnection connection, string name) =>
        await connection.ExecuteScalarAsync<string?>(
            """
            with taken as (
              select hash, answer from credentials.request
              where hash = @hash and fetched_at is null and answer is not null for update)
            update credentials.request r set fetched_at = @now, answer = null
            from taken where r.hash = taken.hash returning taken.answer
            """, new { hash = HashOf(name), now = time.GetUtcNow() });
}
