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

    /// <summary>
    /// The fingerprints by which a @person is known now, the newest first. A document that came to stand for two people
    /// proves neither's pass.
    /// </summary>
    public const string Proving =
        """
        select k.document_print from pass.known_document k
        where k.person = @person and k.is_live and not exists (
          select from pass.known_document o
          where o.document_print = k.document_print and o.person <> k.person and o.is_live)
        order by k.known_since desc
        """;

    readonly IDataProtector _seal = protection.CreateProtector("pass.document-key");
    volatile byte[]? _key;

    /// <summary>The fingerprint of a document's number.</summary>
    /// <param name="number">As <see cref="DocumentNumbers.Normalised"/> made it.</param>
    public async ValueTask<byte[]> OfAsync(string document, string number, CancellationToken cancellation) =>
        await OfKindAsync(DocumentNumbers.KindOf(document, number), number, cancellation);

    /// <summary>
    /// Fingerprints once named the document beside the number, so one person's national number had several. Of each
    /// only the fingerprint is held: it is made anew when the number is typed again.
    /// </summary>
    public async Task RenewAsync(
        NpgsqlConnection connection, string document, string number, CancellationToken cancellation)
    {
        List<byte[]> former = [];
        foreach (var bearer in DocumentNumbers.OtherBearers(document, number))
            former.Add(await OfKindAsync(bearer, number, cancellation));
        if (former.Count > 0)
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update pass.identity_check set document_print = @print where document_print = any(@former);
                update pass.identity_proof set document_print = @print
                where document_print = any(@former) and not exists (
                  select from pass.identity_proof o where o.document_print = @print and o.ended_at is null)
                """, new { print = await OfAsync(document, number, cancellation), former },
                cancellationToken: cancellation));
    }

    /// <summary>
    /// Whether a document proves another person's pass now; in the caller's transaction, until whose end nobody else
    /// accepts the same document.
    /// </summary>
    public static async Task<bool> ProvesAnotherAsync(
        NpgsqlConnection connection, PersonId person, byte[] print, CancellationToken cancellation)
    {
        var values = new { print, person = person.Value };
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended(encode(@print, 'hex'), 50))", values,
            cancellationToken: cancellation));
        // A statement of its own: it sees what was accepted while this one waited for the lock.
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (
              select from pass.known_document where document_print = @print and person <> @person and is_live)
            """, values, cancellationToken: cancellation));
    }

    /// <summary>The fingerprint of a contact: found again when somebody proves it, and never read back.</summary>
    public ValueTask<byte[]> OfContactAsync(Contact contact, CancellationToken cancellation) =>
        OfKindAsync("contact", contact.Value, cancellation);

    async ValueTask<byte[]> OfKindAsync(string kind, string number, CancellationToken cancellation) =>
        HMACSHA256.HashData(await KeyAsync(cancellation), Encoding.UTF8.GetBytes($"{kind} {number}"));

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
