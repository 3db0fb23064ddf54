using System.Text.Json;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Credentials.SdJwts;

/// <summary>
/// What an office with a system of its own may send: the fields, and beside them what it was asked to write and nothing
/// else. Whatever more it signed would travel to every reader, and mark the person there.
/// </summary>
static class IssuedForm
{
    /// <summary>RFC 9901, 9.3: nobody guesses a field that is kept back by trying its few values.</summary>
    const int SaltBytesMin = 16;

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Of a credential whose signature and rules have been checked.</summary>
    public static bool Fits(string sdJwt)
    {
        if (SdJwtParts.Read(sdJwt) is not { } parts || parts.Signed.Split('.') is not [var head, var body, _])
            return false;
        using var header = Read(head);
        using var claims = Read(body);
        var salts = parts.Disclosures.Select(Disclosure.SaltOf).ToList();
        return HasOnly(header.RootElement, "alg", "typ", "kid")
            && HasOnly(claims.RootElement, "iss", "vct", "iat", "exp", "cnf", "status", "_sd", "_sd_alg")
            && claims.RootElement.TryGetProperty("cnf", out var holder) && HasOnly(holder, "jwk")
            && HasOnly(holder.GetProperty("jwk"), "kty", "crv", "x", "y")
            && claims.RootElement.TryGetProperty("status", out var status) && HasOnly(status, "status_list")
            && HasOnly(status.GetProperty("status_list"), "idx", "uri")
            && salts.All(salt => StrictBase64Url.Read(salt) is { Length: >= SaltBytesMin })
            && salts.Distinct(StringComparer.Ordinal).Count() == salts.Count;
    }

    static JsonDocument Read(string part) => JsonDocument.Parse(StrictBase64Url.Read(part) ?? [], Strict);

    static bool HasOnly(JsonElement it, params string[] members) =>
        it.ValueKind == JsonValueKind.Object && it.EnumerateObject().All(member => members.Contains(member.Name));
}
