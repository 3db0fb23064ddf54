using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>
/// A passkey without a browser around it, so that it can answer what no honest browser lets through: that somebody
/// touched it, and that it never asked who (WebAuthn, 6.1).
/// </summary>
sealed class SoftPasskey(TestCity city) : IDisposable
{
    const byte Present = 0x01;
    const byte Verified = 0x04;
    const byte WithKey = 0x40;

    static readonly string[] Transports = ["internal"];

    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly byte[] _id = RandomNumberGenerator.GetBytes(16);
    string _user = "";

    public void Dispose() => _key.Dispose();

    /// <summary>What it says when it is made; nothing attests to its maker.</summary>
    public object Make(JsonElement options, bool isVerified)
    {
        _user = options.GetProperty("user").GetProperty("id").GetString()!;
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        // The key as COSE writes it (RFC 9053): EC2, ES256, P-256, x and y.
        byte[] key =
        [
            0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!,
        ];
        byte[] data = [.. Head(isVerified, WithKey), .. new byte[16], 0, (byte)_id.Length, .. _id, .. key];
        byte[] attestation =
        [
            0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0,
            0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data,
        ];
        return Credential(new
        {
            clientDataJSON = Base64Url.EncodeToString(Seen("webauthn.create", options)),
            attestationObject = Base64Url.EncodeToString(attestation),
            transports = Transports,
        });
    }

    /// <summary>What it says when it is asked, signed over its own data and the browser's.</summary>
    public object Answer(JsonElement options, bool isVerified)
    {
        var seen = Seen("webauthn.get", options);
        var data = Head(isVerified, 0);
        return Credential(new
        {
            clientDataJSON = Base64Url.EncodeToString(seen),
            authenticatorData = Base64Url.EncodeToString(data),
            signature = Base64Url.EncodeToString(_key.SignData(
                [.. data, .. SHA256.HashData(seen)], HashAlgorithmName.SHA256,
                DSASignatureFormat.Rfc3279DerSequence)),
            userHandle = _user,
        });
    }

    static byte[] Head(bool isVerified, byte more) =>
        [.. SHA256.HashData("localhost"u8), (byte)(Present | (isVerified ? Verified : 0) | more), 0, 0, 0, 0];

    byte[] Seen(string type, JsonElement options) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        type, challenge = options.GetProperty("challenge").GetString(),
        origin = city.Address.GetLeftPart(UriPartial.Authority), crossOrigin = false,
    }));

    object Credential(object response)
    {
        var id = Base64Url.EncodeToString(_id);
        return new { id, rawId = id, type = "public-key", clientExtensionResults = new { }, response };
    }
}
