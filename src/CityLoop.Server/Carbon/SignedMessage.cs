using System.Globalization;
using System.Security.Cryptography;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Carbon;

/// <summary>
/// A message with the partner's signature, as the open specification Standard Webhooks 1.0 describes it: headers
/// <c>webhook-id</c>, <c>webhook-timestamp</c> (Unix seconds) and <c>webhook-signature</c>, where the signature is
/// <c>v1,</c> and the base64 of HMAC-SHA-256 over <c>id.timestamp.body</c>. Several signatures stand side by side.
/// </summary>
/// <param name="Partner">Who claims to have sent it.</param>
/// <param name="Id">The message's own name.</param>
/// <param name="Timestamp">As sent.</param>
/// <param name="Signatures">As sent.</param>
/// <param name="Body">To the byte as sent.</param>
sealed record SignedMessage(string Partner, string Id, string Timestamp, string Signatures, byte[] Body)
{
    /// <summary>How far the partner's clock may be from ours, both ways; what is older may be a replay.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>The longest body that is read.</summary>
    public const int MaxBodyBytes = 16 * 1024;

    const int MaxIdLength = 100;
    const string Version = WebhookSignature.Version;

    /// <summary>Reads a request as a signed message; null when its body is too long.</summary>
    public static async Task<SignedMessage?> ReadAsync(
        string partner, HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MaxBodyBytes)
            return null;
        var body = new byte[MaxBodyBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(
            body, body.Length, throwOnEndOfStream: false, cancellation);
        return length > MaxBodyBytes ? null : new SignedMessage(
            partner, request.Headers["webhook-id"].ToString(), request.Headers["webhook-timestamp"].ToString(),
            request.Headers["webhook-signature"].ToString(), body[..length]);
    }

    /// <summary>A message as a partner makes it; for the demo and for tests.</summary>
    public static SignedMessage Sign(string partner, byte[] key, string id, DateTimeOffset at, byte[] body)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var message = new SignedMessage(partner, id, timestamp, "", body);
        return message with { Signatures = Version + Convert.ToBase64String(message.Mac(key)) };
    }

    /// <summary>Whether the partner sent it, just now.</summary>
    /// <param name="key">
    /// The partner's key; for an unknown partner any other, so that the answer takes as long as for a known one.
    /// </param>
    public SignatureOutcome Check(byte[] key, DateTimeOffset now)
    {
        var isSigned = false;
        var mac = Mac(key);
        foreach (var signature in Signatures.Split(' '))
            if (signature.StartsWith(Version, StringComparison.Ordinal))
                isSigned |= CryptographicOperations.FixedTimeEquals(mac, Decode(signature[Version.Length..]));
        if (!isSigned || Id.Length is 0 or > MaxIdLength)
            return SignatureOutcome.SignatureIsNotValid;
        // Signed with the partner's key, so the number is the partner's own; still it may be no time at all.
        return long.TryParse(Timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() <= Window
                ? SignatureOutcome.Fine
                : SignatureOutcome.TimestampIsNotFresh;
    }

    /// <summary>What the message says, for telling a repeated message from another one under its id.</summary>
    public byte[] Digest() => SHA256.HashData(Body);

    byte[] Mac(byte[] key) => WebhookSignature.Mac(key, Id, Timestamp, Body);

    static byte[] Decode(string base64)
    {
        Span<byte> bytes = stackalloc byte[64];
        return base64.Length <= 64 && Convert.TryFromBase64String(base64, bytes, out var length)
            ? bytes[..length].ToArray()
            : [];
    }
}

/// <summary>Whether a message is the partner's. In order of precedence.</summary>
enum SignatureOutcome
{
    Fine,
    SignatureIsNotValid,
    TimestampIsNotFresh,
}
