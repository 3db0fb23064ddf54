using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Shared.Jose;
using Dapper;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>
/// A program's proof of who it is: a token that it signed itself, for us alone, for some minutes, once (RFC 7523).
/// </summary>
sealed class ClientAssertions(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>What the clocks of two machines may be apart.</summary>
    static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    static readonly TimeSpan LifeMax = TimeSpan.FromMinutes(10);

    /// <summary>Whose proof it says to be; nothing of it is believed yet.</summary>
    public static string? IssuerIn(string assertion) =>
        Read(assertion, (_, _, _) => true) is { } claims ? SignedToken.Text(claims, "iss") : null;

    /// <summary>Whether the proof is the service's own, meant for us, in time, and new.</summary>
    public async Task<bool> ProvesAsync(
        string assertion, Service service, string issuer, CancellationToken cancellation)
    {
        var keys = PublicKeys.Read(service.PublicKeys) ?? [];
        if (Read(assertion, (kid, text, signature) => PublicKeys.Verify(keys, kid, text, signature))
            is not { } claims)
            return false;
        var now = time.GetUtcNow();
        return SignedToken.Text(claims, "iss") == service.ClientId
            && SignedToken.Text(claims, "sub") == service.ClientId
            && IsFor(claims, issuer)
            && SignedToken.Instant(claims, "exp") is { } until && until > now - Skew && until < now + LifeMax
            && !(SignedToken.Instant(claims, "nbf") > now + Skew) && !(SignedToken.Instant(claims, "iat") > now + Skew)
            && SignedToken.Text(claims, "jti") is { Length: > 0 and <= 200 } id
            && await UseUpAsync(service, id, until + Skew, cancellation);
    }

    // Programs write a plain token, or say since RFC 7523 is being renewed what it is for.
    static JsonElement? Read(string assertion, Func<string?, byte[], byte[], bool> verifies) =>
        SignedToken.Read(assertion, SignedToken.Plain, verifies)
        ?? SignedToken.Read(assertion, "client-authentication+jwt", verifies);

    // Us and nobody else: a proof that names a second reader could be passed on to us by them.
    static bool IsFor(JsonElement claims, string issuer) =>
        claims.TryGetProperty("aud", out var audience) && audience.ValueKind switch
        {
            JsonValueKind.String => audience.GetString() == issuer,
            JsonValueKind.Array => audience.GetArrayLength() == 1 && audience[0].ValueKind == JsonValueKind.String
                && audience[0].GetString() == issuer,
            _ => false,
        };

    async Task<bool> UseUpAsync(Service service, string id, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            "insert into sign_on.used_assertion (hash, until) values (@hash, @until) on conflict do nothing",
            new { hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{service.Id} {id}")), until },
            cancellationToken: cancellation)) == 1;
    }
}
