using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CityLoop.Server.SignOn;

/// <summary>
/// A code, an access token or a refresh token: which grant it belongs to, and 256 random bits. The first letters say
/// what it is, so that one kind is never taken for another and a token that leaked somewhere is recognised.
/// </summary>
sealed record GrantToken(Guid Grant, byte[] Hash)
{
    public const string Code = "clc_";
    public const string Access = "cla_";
    public const string Refresh = "clr_";

    const int IdBytes = 16;
    const int SecretBytes = 32;
    static readonly int Length = Base64Url.GetEncodedLength(IdBytes + SecretBytes);

    /// <summary>A new token of a kind for a grant: the text for the program, and what the table keeps.</summary>
    public static (string Text, byte[] Hash) New(string kind, Guid grant)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        grant.TryWriteBytes(bytes);
        RandomNumberGenerator.Fill(bytes[IdBytes..]);
        var text = kind + Base64Url.EncodeToString(bytes);
        return (text, HashOf(text));
    }

    /// <summary>Reads a token of a kind; null for anything else.</summary>
    public static GrantToken? Read(string kind, string? text)
    {
        if (text?.StartsWith(kind, StringComparison.Ordinal) != true || text.Length != kind.Length + Length)
            return null;
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        return Base64Url.IsValid(text.AsSpan(kind.Length), out var count) && count == bytes.Length
            && Base64Url.TryDecodeFromChars(text.AsSpan(kind.Length), bytes, out _)
            ? new GrantToken(new Guid(bytes[..IdBytes]), HashOf(text))
            : null;
    }

    static byte[] HashOf(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));
}
