using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CityLoop.Server.SignOn;

/// <summary>The secret of a service's program: shown once, then only its hash is known here.</summary>
static class ClientSecret
{
    const int Bytes = 32;

    /// <summary>256 random bits: no salt and no slow hash make them harder to guess.</summary>
    public static string New() => "cls_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
