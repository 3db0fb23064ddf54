using System.Buffers.Text;
using System.Security.Cryptography;

namespace CityLoop.Server.Shared.Jose;

/// <summary>One P-256 key that others encrypt to (ECDH-ES).</summary>
sealed class DecryptionKey
{
    readonly byte[] _pkcs8;

    public DecryptionKey(byte[] pkcs8)
    {
        _pkcs8 = pkcs8;
        using var key = Open();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var kid = PublicKey.Thumbprint(Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        Public = new PublicKey(kid, point.X!, point.Y!);
    }

    public PublicKey Public { get; }

    /// <summary>A new private key, as bytes to seal and keep.</summary>
    public static byte[] NewPkcs8()
    {
        using var made = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return made.ExportPkcs8PrivateKey();
    }

    /// <summary>What this key and another agree on: the shared point's first coordinate.</summary>
    public byte[] AgreeWith(PublicKey other)
    {
        using var own = Open();
        using var theirs = ECDiffieHellman.Create(other.Parameters);
        return own.DeriveRawSecretAgreement(theirs.PublicKey);
    }

    ECDiffieHellman Open()
    {
        var key = ECDiffieHellman.Create();
        key.ImportPkcs8PrivateKey(_pkcs8, out _);
        return key;
    }
}
