using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace CityLoop.Server.Shared.Jose;

/// <summary>One P-256 key that tokens are signed with (ES256).</summary>
sealed class SigningKey
{
    readonly byte[] _pkcs8;

    // The framework promises nothing about two threads in one key, so each borrows one for itself.
    readonly ConcurrentBag<ECDsa> _free = [];

    public SigningKey(byte[] pkcs8, DateTimeOffset signsFrom, DateTimeOffset signsUntil)
    {
        (_pkcs8, SignsFrom, SignsUntil) = (pkcs8, signsFrom, signsUntil);
        using var key = Open();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        Public = new PublicKey(PublicKey.Thumbprint(X, Y), point.X!, point.Y!);
    }

    /// <summary>A new private key, as bytes to seal and keep.</summary>
    public static byte[] NewPkcs8()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return made.ExportPkcs8PrivateKey();
    }

    /// <summary>The thumbprint of the public key (RFC 7638): nobody can choose it.</summary>
    public string Kid => Public.Kid!;

    public string X { get; }

    public string Y { get; }

    public PublicKey Public { get; }

    public DateTimeOffset SignsFrom { get; }

    public DateTimeOffset SignsUntil { get; }

    public byte[] Sign(ReadOnlySpan<byte> text)
    {
        var key = _free.TryTake(out var free) ? free : Open();
        try
        {
            return key.SignData(text, HashAlgorithmName.SHA256);
        }
        finally
        {
            _free.Add(key);
        }
    }

    public bool Verifies(ReadOnlySpan<byte> text, byte[] signature)
    {
        using var key = Open();
        return key.VerifyData(text, signature, HashAlgorithmName.SHA256);
    }

    ECDsa Open()
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(_pkcs8, out _);
        return key;
    }
}
