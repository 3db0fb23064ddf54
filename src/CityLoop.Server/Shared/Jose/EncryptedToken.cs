using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CityLoop.Server.Shared.Jose;

/// <summary>
/// A sealed text for one reader: JSON Web Encryption in its compact form (RFC 7516), with ECDH-ES on P-256 and A256GCM
/// (RFC 7518) and nothing else. Each has a key of its own, made for it and forgotten.
/// </summary>
static class EncryptedToken
{
    const string Agreement = "ECDH-ES";
    const string Encryption = "A256GCM";
    const int KeyBits = 256;
    const int NonceBytes = 12;
    const int TagBytes = 16;

    /// <summary>In letters: some hundred fields of several credentials stay far below.</summary>
    public const int LengthMax = 131_072;

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>Seals a text for the holder of a private key.</summary>
    /// <param name="contentType">What is inside, as the header's <c>cty</c> says it.</param>
    public static string Encrypt(PublicKey reader, string text, string? contentType = null)
    {
        var once = new DecryptionKey(DecryptionKey.NewPkcs8());
        var head = Base64Url.EncodeToString(HeaderOf(once.Public, reader.Kid, contentType));
        var key = DerivedKey(once.AgreeWith(reader), Encryption, [], [], KeyBits);
        var plain = Encoding.UTF8.GetBytes(text);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var (hidden, tag) = (new byte[plain.Length], new byte[TagBytes]);
        using (var cipher = new AesGcm(key, TagBytes))
            cipher.Encrypt(nonce, plain, hidden, tag, Encoding.ASCII.GetBytes(head));
        CryptographicOperations.ZeroMemory(key);
        return $"{head}..{Base64Url.EncodeToString(nonce)}.{Base64Url.EncodeToString(hidden)}."
            + Base64Url.EncodeToString(tag);
    }

    /// <summary>The text; null for anything that was not sealed for this key, or not in this one way.</summary>
    public static string? Decrypt(DecryptionKey reader, string token)
    {
        // With direct agreement there is no wrapped key: the second part is empty.
        if (token.Length > LengthMax || token.Split('.') is not [var head, "", var second, var third, var fourth]
            || StrictBase64Url.Read(head) is not { } header
            || StrictBase64Url.Read(second) is not { Length: NonceBytes } nonce
            || (third.Length == 0 ? [] : StrictBase64Url.Read(third)) is not { } hidden
            || StrictBase64Url.Read(fourth) is not { Length: TagBytes } tag)
            return null;
        try
        {
            if (Read(header, reader.Public.Kid) is not var (once, sender, receiver))
                return null;
            var key = DerivedKey(reader.AgreeWith(once), Encryption, sender, receiver, KeyBits);
            var plain = new byte[hidden.Length];
            using (var cipher = new AesGcm(key, TagBytes))
                cipher.Decrypt(nonce, hidden, tag, plain, Encoding.ASCII.GetBytes(head));
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(plain);
        }
        catch (Exception broken) when (broken is JsonException or CryptographicException or DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// The Concat KDF with SHA-256 of NIST SP 800-56A as RFC 7518, 4.6.2 fills it in; one round gives up to 256 bits.
    /// </summary>
    public static byte[] DerivedKey(byte[] agreed, string algorithm, byte[] sender, byte[] receiver, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, KeyBits);
        byte[] input =
        [
            .. Number(1), .. agreed, .. WithLength(Encoding.ASCII.GetBytes(algorithm)), .. WithLength(sender),
            .. WithLength(receiver), .. Number(bits),
        ];
        return SHA256.HashData(input)[..(bits / 8)];
    }

    static byte[] HeaderOf(PublicKey once, string? kid, string? contentType)
    {
        var header = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(header);
        json.WriteStartObject();
        json.WriteString("alg", Agreement);
        json.WriteString("enc", Encryption);
        if (kid is not null)
            json.WriteString("kid", kid);
        if (contentType is not null)
            json.WriteString("cty", contentType);
        json.WriteStartObject("epk");
        once.WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return header.WrittenSpan.ToArray();
    }

    static (PublicKey Once, byte[] Sender, byte[] Receiver)? Read(byte[] header, string? ownKid)
    {
        using var read = JsonDocument.Parse(header, Strict);
        var root = read.RootElement;
        if (root.ValueKind != JsonValueKind.Object || SignedToken.Text(root, "alg") != Agreement
            || SignedToken.Text(root, "enc") != Encryption
            || root.TryGetProperty("crit", out _) || root.TryGetProperty("zip", out _)
            || (root.TryGetProperty("kid", out _) && SignedToken.Text(root, "kid") != ownKid)
            || !root.TryGetProperty("epk", out var epk) || PublicKey.Read(epk) is not { } once
            || Party(root, "apu") is not { } sender || Party(root, "apv") is not { } receiver)
            return null;
        return (once, sender, receiver);
    }

    // Who is named, if anybody; what is there and broken is null.
    static byte[]? Party(JsonElement header, string name) =>
        header.TryGetProperty(name, out _) ? StrictBase64Url.Read(SignedToken.Text(header, name)) : [];

    static byte[] WithLength(byte[] part) => [.. Number(part.Length), .. part];

    static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
