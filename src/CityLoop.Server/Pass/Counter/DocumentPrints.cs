using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>
/// Fingerprints of documents' numbers: an HMAC under a key of the city's. An office's register and a check at the
/// counter meet by them, and neither keeps the number. Who has the tables but not the key cannot try all numbers.
/// </summary>
sealed class DocumentPrints(NpgsqlDataSource database, IDataProtectionProvider protection)
{
    const int KeyBytes = 32;

    readonly IDataProtector _seal = protection.CreateProtector("pass.document-key");
    volatile byte[]? _key;

    /// <summary>The fingerprint of a document's number.</summary>
    /// <param name="number">As <see cref="DocumentNumbers.Normalised"/> made it.</param>
    public async ValueTask<byte[]> OfAsync(string document, string number, CancellationToken cancellation) =>
        HMACSHA256.HashData(await KeyAsync(cancellation), Encoding.UTF8.GetBytes($"{document} {number}"));

    async ValueTask<byte[]> KeyAsync(CancellationToken cancellation)
    {
        if (_key is { } known)
            return known;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var made = _seal.Protect(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));
        // Where two servers make the first key at once, the second takes the first's.
        var kept = await connection.QuerySingleAsync<string>(new CommandDefinition(
            """
            insert into pass.document_key (sealed_key) values (@made) on conflict do nothing;
            select sealed_key from pass.document_key
            """, new { made }, cancellationToken: cancellation));
        return _key = Convert.FromBase64String(_seal.Unprotect(kept));
    }
}
