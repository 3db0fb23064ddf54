using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CityLoop.Ledger;

/// <summary>Identifiers that follow from what they name, so that doing a thing again cannot name it anew.</summary>
public static class DerivedId
{
    /// <summary>
    /// The identifier of <paramref name="parts"/>: SHA-256 over each part's length and UTF-8 bytes, cut to a UUID of
    /// version 8 (RFC 9562, section 5.8). The same parts give the same identifier on every machine.
    /// </summary>
    /// <param name="parts">At least one part; ("ab", "c") and ("a", "bc") differ.</param>
    /// <exception cref="ArgumentException">No part was given.</exception>
    public static Guid From(params ReadOnlySpan<string> parts)
    {
        if (parts.IsEmpty)
            throw new ArgumentException("An identifier needs at least one part.", nameof(parts));

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
