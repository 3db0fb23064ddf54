using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace CityLoop.Server.SignOn;

/// <summary>A public key with which a service's program proves who it is: P-256, for ES256.</summary>
sealed record PublicKey(string? Kid, byte[] X, byte[] Y);

/// <summary>The public keys of a service's program, as it hands them in: a JWK set (RFC 7517).</summary>
static class PublicKeys
{
    const int CoordinateBytes = 32;
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
            var found = keys.EnumerateArray().Select(ReadOne).OfType<PublicKey>().ToList();
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
        if (key is null)
            return false;
        using var ecdsa = Open(key);
        return ecdsa.VerifyData(text, signature, HashAlgorithmName.SHA256);
    }

    static PublicKey? ReadOne(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || key.TryGetProperty("d", out _)
            || SignedToken.Text(key, "kty") != "EC" || SignedToken.Text(key, "crv") != "P-256"
            || Coordinate(key, "x") is not { } x || Coordinate(key, "y") is not { } y)
            return null;
        var read = new PublicKey(SignedToken.Text(key, "kid"), x, y);
        try
        {
            // A point that is not on the curve is refused here, when it is registered.
            Open(read).Dispose();
            return read;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    static byte[]? Coordinate(JsonElement key, string name) =>
        SignedToken.Text(key, name) is { } text && Base64Url.IsValid(text, out var count) && count == CoordinateBytes
            ? Base64Url.DecodeFromChars(text)
            : null;

    static ECDsa Open(PublicKey key) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = key.X, Y = key.Y },
    });
}
