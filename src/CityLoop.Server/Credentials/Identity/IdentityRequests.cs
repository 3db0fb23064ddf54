using System.Security.Cryptography;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Identity;

/// <summary>The city has asked somebody's wallet who they are.</summary>
sealed class IdentityRequest
{
    public Guid Person { get; init; }
    public Guid Session { get; init; }
    public string Type { get; init; } = "";
    public string Nonce { get; init; } = "";
    public DateTimeOffset Until { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public byte[]? CodeHash { get; init; }
    public string? Document { get; init; }
    public byte[]? DocumentPrint { get; init; }
    public DateTimeOffset? ProvedUntil { get; init; }
    public string? StatusList { get; init; }
    public int? StatusIndex { get; init; }

    /// <summary>Whether it was asked in this session of this person, and may still be gone on with.</summary>
    public bool IsOf(PersonId person, Guid session, DateTimeOffset now) =>
        Person == person.Value && Session == session && Until > now;

    /// <summary>Whether a code came back from the wallet that answered, in constant time.</summary>
    public bool IsAnsweredWith(string? code) => CodeHash is not null
        && CryptographicOperations.FixedTimeEquals(CodeHash, ShareRequests.HashOf(code ?? ""));
}

/// <summary>
/// What the city asks wallets, each once, for ten minutes, for one session. Only its name's hash is kept: whoever reads
/// the table can answer none.
/// </summary>
sealed class IdentityRequests(NpgsqlDataSource database, TimeProvider time)
{
    public static readonly TimeSpan OpenFor = TimeSpan.FromMinutes(10);

    /// <summary>A new one; a person's earlier ones are over.</summary>
    public async Task<string> OpenAsync(PersonId person, Guid session, string type, CancellationToken cancellation)
    {
        var name = ShareRequests.NewName();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from credentials.identity_request where person = @person or until < @now;
            insert into credentials.identity_request (hash, person, session, type, nonce, until)
            values (@hash, @person, @session, @type, @nonce, @until)
            """,
            new
            {
                hash = ShareRequests.HashOf(name), person = person.Value, session, type,
                nonce = ShareRequests.NewName(), now = time.GetUtcNow(), until = time.GetUtcNow() + OpenFor,
            }, cancellationToken: cancellation));
        return name;
    }

    public async Task<IdentityRequest?> FindAsync(string? name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<IdentityRequest>(new CommandDefinition(
            """
            select person, session, type, nonce, until, answered_at, code_hash, document, document_print,
              proved_until, status_list, status_index
            from credentials.identity_request where hash = @hash and until > @now
            """, new { hash = ShareRequests.HashOf(name ?? ""), now = time.GetUtcNow() },
            cancellationToken: cancellation));
    }

    /// <summary>Keeps what the wallet proved until the person says yes; false when it was answered before.</summary>
    public async Task<bool> AnswerAsync(
        string name, string code, NewIdentityProof proof, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update credentials.identity_request set answered_at = @now, code_hash = @codeHash, document = @Document,
              document_print = @Print, proved_until = @Until, status_list = @StatusList, status_index = @StatusIndex
            where hash = @hash and answered_at is null and until > @now
            """,
            new
            {
                hash = ShareRequests.HashOf(name), codeHash = ShareRequests.HashOf(code), now = time.GetUtcNow(),
                proof.Document, proof.Print, proof.Until, proof.StatusList, proof.StatusIndex,
            }, cancellationToken: cancellation)) == 1;
    }

    /// <summary>It is used up; false when somebody was first.</summary>
    public async Task<bool> EndAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from credentials.identity_request where hash = @hash",
            new { hash = ShareRequests.HashOf(name) }, cancellationToken: cancellation)) == 1;
    }
}
