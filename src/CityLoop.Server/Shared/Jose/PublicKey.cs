using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CityLoop.Server.Shared.Jose;

/// <summary>Somebody's public P-256 key, as a JWK carries it (RFC 7517).</summary>
sealed record PublicKey(string? Kid, byte[] X, byte[] Y)
{
    const int CoordinateBytes = 32;

    /// <summary>The key; null when this is no P-256 public key, or a private one.</summary>
    public static PublicKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || key.TryGetProperty("d", out _)
            || SignedToken.Text(key, "kty") != "EC" || SignedToken.Text(key, "crv") != "P-256"
            || Coordinate(key, "x") is not { } x || Coordinate(key, "y") is not { } y)
            return null;
        var read = new PublicKey(SignedToken.Text(key, "kid"), x, y);
        try
        {
            // A point that is not on the curve is refused here, before anything is done with it.
            ECDsa.Create(read.Parameters).Dispose();
            return read;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Writes the key's members; the writer stands inside the key's object.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("kty", "EC");
        json.WriteString("crv", "P-256");
        json.WriteString("x", Base64Url.EncodeToString(X));
        json.WriteString("y", Base64Url.EncodeToString(Y));
    }

    public bool Verifies(ReadOnlySpan<byte> text, byte[] signature)
    {
        using var key = ECDsa.Create(Parameters);
        return key.VerifyData(text, signature, HashAlgorithmName.SHA256);
    }

    /// <summary>Whether both are the same point, whatever they are called.</summary>
    public bool IsSameAs(PublicKey other) => X.AsSpan().SequenceEqual(other.X) && Y.AsSpan().SequenceEqual(other.Y);

    public ECParameters Parameters => new()
    {
        Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = X, Y = Y },
    };

    /// <summary>What nobody can choose: a name that follows from the key.</summary>
    public string Thumbprint() => Thumbprint(Base64Url.EncodeToString(X), Base64Url.EncodeToString(Y));

    /// <summary>RFC 7638: SHA-256 over the required members, in order, without spaces.</summary>
    public static string Thumbprint(string x, string y) => Base64Url.EncodeToString(SHA256.HashData(
        Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));

    static byte[]? Coordinate(JsonElement key, string name) =>
        StrictBase64Url.Read(SignedToken.Text(key, name)) is { Length: CoordinateBytes } bytes ? bytes : null;
}
