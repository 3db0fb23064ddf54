using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Entitlements;

/// <summary>What a code is worth at a counter, in order of precedence.</summary>
enum CodeWorth
{
    /// <summary>It was made up, is too old, or nothing stands behind it any more.</summary>
    Nothing,

    /// <summary>Another counter has seen a code of the same half minute.</summary>
    CountedElsewhere,
    Valid,
}

/// <summary>
/// The code that a phone shows at the counter: good for half a minute, made with the hosted service's own key, so that
/// nobody else can make one. It hides which entitlement it is of: who checks it twice cannot tell the same person.
/// </summary>
sealed class EntitlementCodes(
    HostedKeys keys, NeedStore needs, ServiceStore services, Notices notices, ConsentStore consents,
    CounterChecks checks, CheckedCodes counted, TimeProvider time)
{
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    const int IdBytes = 16;
    const int StepBytes = 8;
    const int NonceBytes = 12;
    const int TagBytes = 16;

    public string Of(Need need, Guid consent)
    {
        var said = Said(consent, Step);
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

    /// <summary>
    /// What a code of this half minute or the last one is worth at a counter, and the consent behind it. The codes of
    /// one half minute count at the counter that came first, and there as often as it looks again.
    /// </summary>
    public async Task<(CodeWorth Worth, Consent? Consent)> CheckAsync(
        Need need, string code, byte[] counter, CancellationToken cancellation)
    {
        if (!need.IsHosted || Open(need, code) is not var (id, step) || step > Step || step < Step - 1
            || await consents.FindAsync(id, cancellation) is not { } consent || consent.Need != need.Id
            || !await HoldsAsync(consent, need, cancellation))
            return (CodeWorth.Nothing, null);
        var hash = HMACSHA256.HashData(KeyOf(need), Said(id, step));
        return await counted.CountAsync(
            hash, counter, DateTimeOffset.UnixEpoch + (step + 2) * Life, cancellation)
            ? (CodeWorth.Valid, consent) : (CodeWorth.CountedElsewhere, null);
    }

    /// <summary>What a person is entitled to by a consent of theirs; null when it holds no more.</summary>
    public async Task<(Consent Consent, Need Need)?> FindAsync(
        PersonId person, Guid consent, CancellationToken cancellation) =>
        await consents.FindAsync(person, consent, cancellation) is { } found
        && await needs.CurrentAsync(found.Need, cancellation) is { } need
        && await HoldsAsync(found, need, cancellation) ? (found, need) : null;

    // A ticket is worth no more than what stands behind it: the consent, a service and offices that are open, the
    // credential that it was decided by, and the check of the document that the credential is about.
    async Task<bool> HoldsAsync(Consent consent, Need need, CancellationToken cancellation) =>
        consent.LastDay is not null && consent.Holds(time.GetUtcNow()) && need is { IsHosted: true, SuspendedAt: null }
        && await services.FindAsync(need.Service, cancellation) is { IsOpen: true } service
        && await notices.OfAsync(need, service, cancellation) is not null
        && await consents.StandsAsync(
            consent.Id, await checks.DocumentPrintsAsync(new PersonId(consent.Person), cancellation), cancellation);

    static byte[] Said(Guid consent, long step)
    {
        var said = new byte[IdBytes + StepBytes];
        consent.TryWriteBytes(said);
        BinaryPrimitives.WriteInt64BigEndian(said.AsSpan(IdBytes), step);
        return said;
    }

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
