using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>A charge that a till took while it had no network, as it kept and signed it.</summary>
/// <param name="Id">Made by the till, version 4 or 7; the payment's id, also if it was asked for online before.</param>
/// <param name="Number">Counts the charges of one till from 1.</param>
/// <param name="At">When the code was shown, in milliseconds since 1970, by the city's time as the till has it.</param>
/// <param name="Previous">The hash of the charge before it, 64 hexadecimal digits; zeros before the first one.</param>
/// <param name="Amount">In the currency's smallest unit.</param>
/// <param name="Code">The code that was shown, under the city's key (RSA-OAEP, SHA-256), in base 64.</param>
/// <param name="Signature">Of the till's own key (ECDSA P-256, SHA-256, two numbers of 32 bytes), in base 64.</param>
sealed record SignedCharge(
    Guid Id, long Number, long At, string Previous, long Amount, string Code, string Signature)
{
    public const int HashDigits = 64;

    static readonly long LatestAt = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>What stands before the first charge.</summary>
    public static string Nothing { get; } = new('0', HashDigits);

    /// <summary>When the code was shown; null for a number that is no time.</summary>
    public DateTimeOffset? Time => At >= 0 && At <= LatestAt ? DateTimeOffset.FromUnixTimeMilliseconds(At) : null;

    /// <summary>What is signed: a line for each field, the till's own id before them.</summary>
    public byte[] Bytes(Guid till) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"cityloop-offline-charge/1\n{till:D}\n{Id:D}\n{Number}\n{At}\n{Previous}\n{Amount}\n{Code}"));

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public bool IsSignedBy(byte[] publicKey, byte[] bytes)
    {
        var signature = new byte[64];
        if (!Convert.TryFromBase64String(Signature, signature, out var length) || length != signature.Length)
            return false;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key.VerifyData(bytes, signature, HashAlgorithmName.SHA256);
    }

    /// <summary>True for a public key on the curve P-256, as a till makes it.</summary>
    public static bool IsKey(ReadOnlySpan<byte> publicKey)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length && key.ExportParameters(false).Curve.Oid.Value is "1.2.840.10045.3.1.7";
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
