using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CityLoop.Server.Shared;

/// <summary>
/// The signature of the open specification Standard Webhooks 1.0: HMAC-SHA-256 over <c>id.timestamp.body</c>, written
/// <c>v1,</c> and base64.
/// </summary>
static class WebhookSignature
{
    public const string Version = "v1,";

    /// <summary>What a secret begins with when it is written down; the rest is base64.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>The bare code over a message.</summary>
    public static byte[] Mac(ReadOnlySpan<byte> key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return HMACSHA256.HashData(key, signed);
    }

    /// <summary>The three headers of a message that is sent now.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Headers(
        ReadOnlySpan<byte> key, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Version + Convert.ToBase64String(Mac(key, id, timestamp, body));
        return
        [
            new("webhook-id", id), new("webhook-timestamp", timestamp), new("webhook-signature", signature),
        ];
    }

    /// <summary>The key in a written secret; null when it has not the specification's 24 to 64 bytes.</summary>
    public static byte[]? KeyOf(string? secret)
    {
        if (secret?.StartsWith(SecretPrefix, StringComparison.Ordinal) != true)
            return null;
        var bytes = new byte[64];
        return Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length) && length >= 24
            ? bytes[..length]
            : null;
    }
}
