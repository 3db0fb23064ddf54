using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Pass;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>
/// The names under which services know people: one for each person and sector, made with a key of the city's, so that
/// two sectors cannot find out whom they have in common and nobody can work back to the person.
/// </summary>
sealed class PersonNames(NpgsqlDataSource database, IDataProtectionProvider protection)
{
    const int KeyBytes = 32;

    readonly IDataProtector _seal = protection.CreateProtector("sign-on.name-key");
    volatile byte[]? _key;

    /// <summary>The person's name at the service (<c>sub</c>).</summary>
    public async ValueTask<string> OfAsync(Service service, PersonId person, CancellationToken cancellation) =>
        Mac(await KeyAsync(cancellation), $"person {person} at {service.Sector}");

    /// <summary>What the service calls the browser in which the person signed in (<c>sid</c>).</summary>
    public async ValueTask<string> OfAsync(Service service, Guid browser, CancellationToken cancellation) =>
        Mac(await KeyAsync(cancellation), $"browser {browser} at {service.Id}");

    static string Mac(byte[] key, string text) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    async ValueTask<byte[]> KeyAsync(CancellationToken cancellation)
    {
        if (_key is { } known)
            return known;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var made = _seal.Protect(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));
        // Where two servers make the first key at once, the second takes the first's.
        var kept = await connection.QuerySingleAsync<string>(new CommandDefinition(
            """
            insert into sign_on.name_key (sealed_key) values (@made) on conflict do nothing;
            select sealed_key from sign_on.name_key
            """, new { made }, cancellationToken: cancellation));
        return _key = Convert.FromBase64String(_seal.Unprotect(kept));
    }
}
