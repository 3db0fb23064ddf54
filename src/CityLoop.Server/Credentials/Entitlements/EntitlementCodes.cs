using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Credentials.Entitlements;

/// <summary>
/// The code that a phone shows at the counter: good for half a minute, made with the hosted service's own key, so that
/// nobody else can make one. It hides which entitlement it is of: who checks it twice cannot tell the same person.
/// </summary>
sealed class EntitlementCodes(HostedKeys keys, NeedStore needs, ConsentStore consents, TimeProvider time)
{
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    const int IdBytes = 16;
    const int StepBytes = 8;
    const int NonceBytes = 12;
    const int TagBytes = 16;

    public string Of(Need need, Guid consent)
    {
        Span<byte> said = stackalloc byte[IdBytes + StepBytes];
        consent.TryWriteBytes(said);
        BinaryPrimitives.WriteInt64BigEndian(said[IdBytes..], Step);
        var code = new byte[NonceBytes + said.Length + TagBytes];
        RandomNumberGenerator.Fill(code.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(KeyOf(need), TagBytes);
        cipher.Encrypt(
            code.AsSpan(0, NonceBytes), said, code.AsSpan(NonceBytes, said.Length), code.AsSpan(^TagBytes..));
        return Base64Url.EncodeToString(code);
    }

    /// <summary>Until the next code.</summary>
    public int SecondsLeft => Math.Max(1, (int)Math.Ceiling(
        ((Step + 1) * Life - (time.GetUtcNow() - DateTimeOffset.UnixEpoch)).TotalSeconds));

    /// <summary>The consent behind a code of this half minute or the last one; null for every other code.</summary>
    public async Task<Consent?> CheckAsync(Need need, string code, CancellationToken cancellation)
    {
        if (!need.IsHosted || Open(need, code) is not var (id, step) || step > Step || step < Step - 1)
            return null;
        return await consents.FindAsync(id, cancellation) is { LastDay: not null } consent
            && consent.Need == need.Id && consent.Holds(time.GetUtcNow()) ? consent : null;
    }

    /// <summary>What a person is entitled to by a consent of theirs; null when it holds no more.</summary>
    public async Task<(Consent Consent, Need Need)?> FindAsync(
        PersonId person, Guid consent, CancellationToken cancellation) =>
        await consents.FindAsync(person, consent, cancellation) is { LastDay: not null } found
        && found.Holds(time.GetUtcNow())
        && await needs.CurrentAsync(found.Need, cancellation) is { IsHosted: true } need ? (found, need) : null;

    (Guid Id, long Step)? Open(Need need, string text)
    {
        var code = new byte[NonceBytes + IdBytes + StepBytes + TagBytes];
        Span<byte> said = stackalloc byte[IdBytes + StepBytes];
        if (text.Length != Base64Url.GetEncodedLength(code.Length) || !Base64Url.IsValid(text)
            || Base64Url.DecodeFromChars(text, code) != code.Length)
            return null;
        try
        {
            using var cipher = new AesGcm(KeyOf(need), TagBytes);
            cipher.Decrypt(
                code.AsSpan(0, NonceBytes), code.AsSpan(NonceBytes, said.Length), code.AsSpan(^TagBytes..), said);
            return (new Guid(said[..IdBytes]), BinaryPrimitives.ReadInt64BigEndian(said[IdBytes..]));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    long Step => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / Life.Ticks;

    // The service's key does one thing more: it agrees with itself on a secret that only this server can come to.
    byte[] KeyOf(Need need)
    {
        var key = keys.Open(need);
        return HKDF.DeriveKey(
            HashAlgorithmName.SHA256, key.AgreeWith(key.Public), 32, info: "entitlement-code"u8.ToArray());
    }
}
