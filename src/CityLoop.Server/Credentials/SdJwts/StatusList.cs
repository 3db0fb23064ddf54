using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Credentials.SdJwts;

/// <summary>
/// One bit for each credential of an office: set when it was taken back (Token Status List, 1 bit). Whoever fetches the
/// list does not say whose bit they look at.
/// </summary>
static class StatusList
{
    public const string TokenType = "statuslist+jwt";
    public const string MediaType = "application/statuslist+jwt";

    /// <summary>
    /// How many credentials share a list: enough that one of them is not told apart, and still some kilobytes.
    /// </summary>
    public const int Places = 65_536;

    /// <summary>Nothing longer is read.</summary>
    public const int LengthMax = 262_144;

    /// <summary>Nothing is unpacked to more than this.</summary>
    const int BytesMax = 1_048_576;

    /// <summary>The list, signed by its office.</summary>
    /// <param name="revoked">The places of what was taken back.</param>
    /// <param name="freshFor">For how long a reader may keep it.</param>
    public static string Write(
        SigningKey office, Uri list, IEnumerable<int> revoked, DateTimeOffset now, TimeSpan freshFor)
    {
        var bits = new byte[Places / 8];
        foreach (var place in revoked)
            bits[place / 8] |= (byte)(1 << (place % 8));
        return SignedToken.Write(office, TokenType, claims =>
        {
            claims.WriteString("sub", list.AbsoluteUri);
            claims.WriteNumber("iat", now.ToUnixTimeSeconds());
            claims.WriteNumber("exp", (now + freshFor).ToUnixTimeSeconds());
            claims.WriteNumber("ttl", (long)freshFor.TotalSeconds);
            claims.WriteStartObject("status_list");
            claims.WriteNumber("bits", 1);
            claims.WriteString("lst", Base64Url.EncodeToString(Packed(bits)));
            claims.WriteEndObject();
        });
    }

    /// <summary>Whether a credential still holds, by its office's list.</summary>
    /// <param name="token">The list as it was fetched from <see cref="StatusPlace.List"/>.</param>
    /// <param name="office">The office's keys: nobody else says what it has taken back.</param>
    public static SdJwtRefusal Check(
        string? token, StatusPlace place, IReadOnlyList<PublicKey> office, DateTimeOffset now)
    {
        if (token is null || SignedToken.Read(token, TokenType, (kid, text, signature) =>
                PublicKeys.Verify(office, kid, text, signature), LengthMax) is not { } claims
            || SignedToken.Text(claims, "sub") != place.List.AbsoluteUri
            || !(SignedToken.Instant(claims, "iat") <= now + SdJwtVerification.Skew)
            || (claims.TryGetProperty("exp", out _) && !(SignedToken.Instant(claims, "exp") > now))
            || BitsIn(claims) is not { } bits || place.Index / 8 >= bits.Length)
            return SdJwtRefusal.StatusUnknown;
        return (bits[place.Index / 8] & (1 << (place.Index % 8))) == 0 ? SdJwtRefusal.None : SdJwtRefusal.Revoked;
    }

    /// <summary>Where a credential's own bit is; false when it names a place that cannot be read.</summary>
    public static bool TryReadPlace(JsonElement claims, out StatusPlace? place)
    {
        place = null;
        if (!claims.TryGetProperty("status", out var status))
            return true;
        if (status.ValueKind != JsonValueKind.Object || !status.TryGetProperty("status_list", out var reference)
            || reference.ValueKind != JsonValueKind.Object
            || !reference.TryGetProperty("idx", out var index) || index.ValueKind != JsonValueKind.Number
            || !index.TryGetInt32(out var number) || number < 0
            || !Uri.TryCreate(SignedToken.Text(reference, "uri"), UriKind.Absolute, out var list))
            return false;
        place = new StatusPlace(list, number);
        return true;
    }

    static byte[] Packed(byte[] bits)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize))
            zlib.Write(bits);
        return packed.ToArray();
    }

    static byte[]? BitsIn(JsonElement claims)
    {
        if (!claims.TryGetProperty("status_list", out var list) || list.ValueKind != JsonValueKind.Object
            || !list.TryGetProperty("bits", out var bits) || bits.ValueKind != JsonValueKind.Number
            || !bits.TryGetInt32(out var each) || each != 1
            || StrictBase64Url.Read(SignedToken.Text(list, "lst")) is not { } packed)
            return null;
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            var part = new byte[8_192];
            // A small list can unpack to gigabytes; whoever wrote such a one is not read to the end.
            while (zlib.Read(part) is > 0 and var count)
            {
                if (unpacked.Length + count > BytesMax)
                    return null;
                unpacked.Write(part, 0, count);
            }

            return unpacked.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
