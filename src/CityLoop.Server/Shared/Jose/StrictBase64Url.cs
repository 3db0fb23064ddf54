using System.Buffers;
using System.Buffers.Text;

namespace CityLoop.Server.Shared.Jose;

/// <summary>Base64url without padding or spare bits: what is signed has one way of writing.</summary>
static class StrictBase64Url
{
    /// <summary>The bytes; null for anything that we would not have written ourselves.</summary>
    public static byte[]? Read(string? part)
    {
        if (part is not { Length: > 0 } || part.Length % 4 == 1
            || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromChars(part, bytes, out _, out var count) == OperationStatus.Done
            && Base64Url.EncodeToString(bytes.AsSpan(0, count)) == part ? bytes[..count] : null;
    }
}
