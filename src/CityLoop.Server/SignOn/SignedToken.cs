using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CityLoop.Server.SignOn;

/// <summary>
/// A JSON Web Token in its compact form (RFC 7519, RFC 7515), signed with ES256 and nothing else: whatever the header
/// names, no other algorithm is ever looked at, and <c>none</c> least of all (RFC 8725).
/// </summary>
static class SignedToken
{
    const string Algorithm = "ES256";
    const int SignatureBytes = 64;
    const int LengthMax = 8_192;

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Signs claims; the writer stands inside the claims' object.</summary>
    public static string Write(SigningKey key, Action<Utf8JsonWriter> claims)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            claims(json);
            json.WriteEndObject();
        }

        var header = $$"""{"alg":"{{Algorithm}}","typ":"JWT","kid":"{{key.Kid}}"}""";
        var signed = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header)) + "."
            + Base64Url.EncodeToString(body.WrittenSpan);
        return signed + "." + Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)));
    }

    /// <summary>The claims of a token whose signature is right; null for anything else.</summary>
    /// <param name="verifies">Whether the key with this name, if there is one, signed the text.</param>
    public static JsonElement? Read(string token, Func<string?, byte[], byte[], bool> verifies)
    {
        if (token.Length > LengthMax || token.Split('.') is not [var head, var body, var signature])
            return null;
        try
        {
            if (Decode(head) is not { } headJson || Decode(body) is not { } bodyJson
                || Decode(signature) is not { Length: SignatureBytes } signatureBytes)
                return null;
            using var header = JsonDocument.Parse(headJson, Strict);
            if (!IsOurs(header.RootElement)
                || !verifies(
                    Text(header.RootElement, "kid"), Encoding.ASCII.GetBytes($"{head}.{body}"), signatureBytes))
                return null;
            using var claims = JsonDocument.Parse(bodyJson, Strict);
            return claims.RootElement.ValueKind == JsonValueKind.Object ? claims.RootElement.Clone() : null;
        }
        catch (Exception broken) when (broken is JsonException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>A claim that is a text; null where it is missing or something else.</summary>
    public static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.String
            ? claim.GetString()
            : null;

    /// <summary>A claim that is an instant in whole seconds; null where it is missing or something else.</summary>
    public static DateTimeOffset? Instant(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.Number
            && claim.TryGetInt64(out var seconds) && seconds is > 0 and < 32_503_680_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    // "crit" names extensions that a reader must understand: we understand none. "b64" and "zip" come with it.
    static bool IsOurs(JsonElement header) =>
        header.ValueKind == JsonValueKind.Object && Text(header, "alg") == Algorithm
        && !header.TryGetProperty("crit", out _) && !header.TryGetProperty("zip", out _);

    /// <summary>Strictly base64url, without padding or spare bits: a token has one way of writing.</summary>
    static byte[]? Decode(string part)
    {
        if (part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || part.Length % 4 == 1)
            return null;
        var bytes = Base64Url.DecodeFromChars(part);
        return Base64Url.EncodeToString(bytes) == part ? bytes : null;
    }
}
