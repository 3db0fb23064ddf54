using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CityLoop.Server.Shared.Jose;

/// <summary>
/// A JSON Web Token in its compact form (RFC 7519, RFC 7515), signed with ES256 and nothing else: whatever the header
/// names, no other algorithm is ever looked at, and <c>none</c> least of all (RFC 8725). Each kind of token has its
/// <c>typ</c>, so that one is never taken for another.
/// </summary>
static class SignedToken
{
    const string Algorithm = "ES256";
    const int SignatureBytes = 64;
    const int LengthMax = 8_192;

    /// <summary>The kind of a token that names none, too: RFC 7519 leaves it open.</summary>
    public const string Plain = "JWT";

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Signs claims; the writer stands inside the claims' object.</summary>
    /// <param name="type">The header's <c>typ</c>.</param>
    public static string Write(SigningKey key, string type, Action<Utf8JsonWriter> claims)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            claims(json);
            json.WriteEndObject();
        }

        var header = $$"""{"alg":"{{Algorithm}}","typ":"{{type}}","kid":"{{key.Kid}}"}""";
        var signed = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header)) + "."
            + Base64Url.EncodeToString(body.WrittenSpan);
        return signed + "." + Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)));
    }

    /// <summary>The claims of a token whose signature is right; null for anything else.</summary>
    /// <param name="type">The only <c>typ</c> that is taken.</param>
    /// <param name="verifies">Whether the key with this name, if there is one, signed the text.</param>
    /// <param name="lengthMax">Nothing longer is looked at.</param>
    public static JsonElement? Read(
        string token, string type, Func<string?, byte[], byte[], bool> verifies, int lengthMax = LengthMax)
    {
        if (token.Length > lengthMax || token.Split('.') is not [var head, var body, var signature])
            return null;
        try
        {
            if (StrictBase64Url.Read(head) is not { } headJson || StrictBase64Url.Read(body) is not { } bodyJson
                || StrictBase64Url.Read(signature) is not { Length: SignatureBytes } signatureBytes)
                return null;
            using var header = JsonDocument.Parse(headJson, Strict);
            if (!IsOurs(header.RootElement, type)
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
    public static string? Text(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var claim) || claim.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return claim.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is seen only when the text is taken.
            return null;
        }
    }

    /// <summary>A claim that is an instant in whole seconds; null where it is missing or something else.</summary>
    public static DateTimeOffset? Instant(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.Number
            && claim.TryGetInt64(out var seconds) && seconds is > 0 and < 32_503_680_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    // "crit" names extensions that a reader must understand: we understand none. "b64" and "zip" come with it.
    static bool IsOurs(JsonElement header, string type) =>
        header.ValueKind == JsonValueKind.Object && Text(header, "alg") == Algorithm
        && !header.TryGetProperty("crit", out _) && !header.TryGetProperty("zip", out _)
        && (header.TryGetProperty("typ", out _)
            ? string.Equals(Text(header, "typ"), type, StringComparison.OrdinalIgnoreCase)
            : type == Plain);
}
