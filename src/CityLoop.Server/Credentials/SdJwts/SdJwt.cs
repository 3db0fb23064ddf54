using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Credentials.SdJwts;

/// <summary>Where an office says whether it has taken a credential back.</summary>
sealed record StatusPlace(Uri List, int Index);

/// <summary>What an office signs.</summary>
sealed record SdJwtContent
{
    /// <summary>The office's address, <c>iss</c>; its keys are found from it.</summary>
    public required string Issuer { get; init; }

    /// <summary>The address of the credential's type, <c>vct</c>.</summary>
    public required string Type { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset Until { get; init; }

    public required PublicKey Holder { get; init; }

    public StatusPlace? Status { get; init; }

    public required IReadOnlyList<KeyValuePair<string, JsonElement>> Fields { get; init; }

    /// <summary>Digests of nothing, so that nobody counts from outside how many fields there are.</summary>
    public int Decoys { get; init; }
}

/// <summary>
/// A credential whose fields are shown one by one (SD-JWT, RFC 9901; SD-JWT VC): issued by an office, presented with
/// only the fields that somebody asked for, and with a proof that it is the holder who shows it. Flat, SHA-256, ES256,
/// bound to a P-256 key: nothing else is written, and nothing else is believed.
/// </summary>
static class SdJwt
{
    /// <summary>The kinds of token, as their headers say it.</summary>
    public const string CredentialType = "dc+sd-jwt";

    public const string KeyBindingType = "kb+jwt";

    /// <summary>Nothing longer is read: fifty fields of some hundred letters, and the signatures.</summary>
    public const int LengthMax = 32_768;

    public const int DisclosuresMax = 64;

    const int DigestBytes = 32;

    /// <summary>A credential with all its disclosures, for its holder; every field can be kept back.</summary>
    public static string Issue(SigningKey office, SdJwtContent content)
    {
        var fields = content.Fields.Select(field => Disclosure.New(field.Key, field.Value)).ToList();
        if (fields.Count > DisclosuresMax || fields.DistinctBy(field => field.Name).Count() != fields.Count)
            throw new ArgumentException("Each field once, and not too many.", nameof(content));
        var decoys = Enumerable.Range(0, content.Decoys)
            .Select(_ => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(DigestBytes)));
        // In the order of random numbers: their place says nothing about what they hide.
        var digests = fields.Select(field => field.Digest).Concat(decoys).Order(StringComparer.Ordinal).ToList();
        var signed = SignedToken.Write(office, CredentialType, claims => Write(claims, content, digests));
        return $"{signed}~{string.Concat(fields.Select(field => field.Text + "~"))}";
    }

    /// <summary>
    /// Shows a credential to one reader: only these fields, and a proof made now with the holder's key. A field that
    /// the credential has not is not there.
    /// </summary>
    /// <param name="audience">Who reads it.</param>
    /// <param name="nonce">What the reader said, so that nobody can show it to them again.</param>
    public static string Present(
        string sdJwt, IReadOnlyCollection<string> fields, SigningKey holder, string audience, string nonce,
        DateTimeOffset now)
    {
        var parts = SdJwtParts.Read(sdJwt)
            ?? throw new ArgumentException("This is no credential.", nameof(sdJwt));
        var shown = parts.Disclosures.Where(text =>
            Disclosure.Read(text).Read is { } field && fields.Contains(field.Name));
        var presented = $"{parts.Signed}~{string.Concat(shown.Select(text => text + "~"))}";
        return presented + SignedToken.Write(holder, KeyBindingType, claims =>
        {
            claims.WriteNumber("iat", now.ToUnixTimeSeconds());
            claims.WriteString("aud", audience);
            claims.WriteString("nonce", nonce);
            claims.WriteString("sd_hash", Disclosure.DigestOf(presented));
        });
    }

    /// <summary>Reads a presentation; what was shown, or the first rule that it breaks.</summary>
    /// <remarks>
    /// Whether the office has taken it back stands in <see cref="VerifiedCredential.Status"/>'s list, which has to be
    /// fetched: <see cref="StatusList.Check"/>.
    /// </remarks>
    public static (VerifiedCredential? Credential, SdJwtRefusal Refusal) Verify(
        string presentation, ExpectedCredential expected, string audience, string nonce, DateTimeOffset now) =>
        SdJwtVerification.Verify(presentation, expected, (audience, nonce), now);

    /// <summary>Reads what an office has issued, before its holder shows it to anybody.</summary>
    public static (VerifiedCredential? Credential, SdJwtRefusal Refusal) VerifyIssued(
        string sdJwt, ExpectedCredential expected, DateTimeOffset now) =>
        SdJwtVerification.Verify(sdJwt, expected, null, now);

    static void Write(Utf8JsonWriter claims, SdJwtContent content, List<string> digests)
    {
        claims.WriteString("iss", content.Issuer);
        claims.WriteNumber("iat", content.IssuedAt.ToUnixTimeSeconds());
        claims.WriteNumber("exp", content.Until.ToUnixTimeSeconds());
        claims.WriteString("vct", content.Type);
        claims.WriteStartObject("cnf");
        claims.WriteStartObject("jwk");
        content.Holder.WriteTo(claims);
        claims.WriteEndObject();
        claims.WriteEndObject();
        if (content.Status is { } status)
        {
            claims.WriteStartObject("status");
            claims.WriteStartObject("status_list");
            claims.WriteNumber("idx", status.Index);
            claims.WriteString("uri", status.List.AbsoluteUri);
            claims.WriteEndObject();
            claims.WriteEndObject();
        }

        claims.WriteString("_sd_alg", "sha-256");
        claims.WriteStartArray("_sd");
        foreach (var digest in digests)
            claims.WriteStringValue(digest);
        claims.WriteEndArray();
    }
}
