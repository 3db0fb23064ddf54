using System.Text.Json;

namespace CityLoop.Server.Shared.Jose;

/// <summary>The public keys of a program that signs, as it hands them in: a JWK set (RFC 7517).</summary>
static class PublicKeys
{
    const int CountMax = 8;

    /// <summary>The keys; null when the text is no set of P-256 public keys, or holds a private one.</summary>
    public static IReadOnlyList<PublicKey>? Read(string? set)
    {
        try
        {
            using var read = JsonDocument.Parse(
                set ?? "", new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            if (read.RootElement.ValueKind != JsonValueKind.Object
                || !read.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
                return null;
            var found = keys.EnumerateArray().Select(PublicKey.Read).OfType<PublicKey>().ToList();
            return found.Count is > 0 and <= CountMax && found.Count == keys.GetArrayLength() ? found : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the key that is named signed the text; a set of one key needs no name.</summary>
    public static bool Verify(IReadOnlyList<PublicKey> keys, string? kid, byte[] text, byte[] signature)
    {
        var key = kid is null ? (keys.Count == 1 ? keys[0] : null) : keys.FirstOrDefault(k => k.Kid == kid);
        return key?.Verifies(text, signature) == true;
    }
}
