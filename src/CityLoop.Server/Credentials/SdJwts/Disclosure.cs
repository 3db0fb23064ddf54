using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Credentials.SdJwts;

/// <summary>One field that is shown or kept back: its name and value with a salt that nobody can guess.</summary>
/// <param name="Text">As it travels; what is signed is its digest.</param>
sealed record Disclosure(string Text, string Name, JsonElement Value)
{
    /// <summary>RFC 9901, 9.3 asks for 128 bits.</summary>
    const int SaltBytes = 16;

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    // What a field must not be called: RFC 9901, 4.1 and 4.2.1; SD-JWT VC, 3.2.2.2; and what a signed token says of
    // itself.
    static readonly HashSet<string> Reserved =
        ["_sd", "_sd_alg", "...", "iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "iat", "aud"];

    /// <summary>What the office's signature stands over.</summary>
    public string Digest => DigestOf(Text);

    public static Disclosure New(string name, JsonElement value)
    {
        if (!IsName(name) || HasReserved(value))
            throw new ArgumentException($"No field is called {name}.", nameof(name));
        var text = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            json.WriteStringValue(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SaltBytes)));
            json.WriteStringValue(name);
            value.WriteTo(json);
            json.WriteEndArray();
        }

        return new Disclosure(Base64Url.EncodeToString(text.WrittenSpan), name, value.Clone());
    }

    /// <summary>Reads what travelled.</summary>
    public static (Disclosure? Read, SdJwtRefusal Refusal) Read(string text)
    {
        try
        {
            if (StrictBase64Url.Read(text) is not { } bytes)
                return (null, SdJwtRefusal.DisclosureNotWellFormed);
            using var read = JsonDocument.Parse(bytes, Strict);
            var parts = read.RootElement;
            if (parts.ValueKind != JsonValueKind.Array || parts.GetArrayLength() != 3
                || parts[0].ValueKind != JsonValueKind.String || parts[1].ValueKind != JsonValueKind.String)
                return (null, SdJwtRefusal.DisclosureNotWellFormed);
            var name = parts[1].GetString()!;
            return IsName(name) && !HasReserved(parts[2])
                ? (new Disclosure(text, name, parts[2].Clone()), SdJwtRefusal.None)
                : (null, SdJwtRefusal.FieldNameReserved);
        }
        // An unpaired surrogate is seen only when a text is taken.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return (null, SdJwtRefusal.DisclosureNotWellFormed);
        }
    }

    /// <summary>The salt of what travelled; null for what is no disclosure.</summary>
    public static string? SaltOf(string text)
    {
        if (Read(text).Read is null)
            return null;
        using var read = JsonDocument.Parse(StrictBase64Url.Read(text)!, Strict);
        return read.RootElement[0].GetString();
    }

    public static bool IsName(string name) => !Reserved.Contains(name);

    /// <summary>
    /// Whether digests hide inside of a value: a credential of ours is flat, and what nobody shows nobody signs for.
    /// </summary>
    public static bool HasReserved(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(
            member => member.Name is "_sd" or "_sd_alg" or "..." || HasReserved(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().Any(HasReserved),
        _ => false,
    };

    public static string DigestOf(string text) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
