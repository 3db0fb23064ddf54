using System.Buffers.Text;
using System.Text.Json;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Credentials.SdJwts;

/// <summary>What a reader waits for.</summary>
/// <param name="Issuer">The office's address.</param>
/// <param name="Type">The credential type's address.</param>
/// <param name="Keys">The office's keys, each with its name.</param>
sealed record ExpectedCredential(string Issuer, string Type, IReadOnlyList<PublicKey> Keys);

/// <summary>What was shown, after every rule was kept.</summary>
sealed record VerifiedCredential
{
    public required IReadOnlyDictionary<string, JsonElement> Fields { get; init; }

    /// <summary>Of the fields, those that every reader sees: the office did not let the holder choose.</summary>
    public required IReadOnlyList<string> AlwaysShown { get; init; }

    public required DateTimeOffset Until { get; init; }

    public required PublicKey Holder { get; init; }

    /// <summary>Null for a credential that cannot be taken back.</summary>
    public StatusPlace? Status { get; init; }
}

/// <summary>The rules, in the order of <see cref="SdJwtRefusal"/>.</summary>
static class SdJwtVerification
{
    /// <summary>How long ago a holder may have made the proof.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5);

    /// <summary>What the clocks of two machines may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // What a credential says of itself; everything else in it is a field.
    static readonly HashSet<string> OfProtocol =
        ["iss", "iat", "nbf", "exp", "vct", "vct#integrity", "cnf", "status", "_sd", "_sd_alg"];

    public static (VerifiedCredential? Credential, SdJwtRefusal Refusal) Verify(
        string text, ExpectedCredential expected, (string Audience, string Nonce)? asked, DateTimeOffset now)
    {
        try
        {
            return InOrder(text, expected, asked, now);
        }
        catch (InvalidOperationException)
        {
            // JSON with bytes that are no text is noticed only where a text is taken from it.
            return (null, SdJwtRefusal.NotWellFormed);
        }
    }

    static (VerifiedCredential? Credential, SdJwtRefusal Refusal) InOrder(
        string text, ExpectedCredential expected, (string Audience, string Nonce)? asked, DateTimeOffset now)
    {
        if (SdJwtParts.Read(text) is not { } parts || (asked is null && parts.KeyBinding is not null))
            return (null, SdJwtRefusal.NotWellFormed);
        if (asked is not null && parts.KeyBinding is null)
            return (null, SdJwtRefusal.KeyBindingMissing);
        if (Read(parts.Signed, SdJwt.CredentialType, (_, _, _) => true) is null)
            return (null, SdJwtRefusal.NotACredential);
        if (Read(parts.Signed, SdJwt.CredentialType, (kid, signed, signature) =>
                PublicKeys.Verify(expected.Keys, kid, signed, signature)) is not { } claims)
            return (null, SdJwtRefusal.NotSignedByIssuer);
        var (credential, refusal) = OfClaims(claims, parts.Disclosures, expected, now);
        if (credential is null || asked is null)
            return (credential, refusal);
        refusal = OfBinding(parts, credential.Holder, asked.Value, now);
        return (refusal == SdJwtRefusal.None ? credential : null, refusal);
    }

    static (VerifiedCredential? Credential, SdJwtRefusal Refusal) OfClaims(
        JsonElement claims, IReadOnlyList<string> disclosures, ExpectedCredential expected, DateTimeOffset now)
    {
        if (SignedToken.Text(claims, "iss") != expected.Issuer)
            return (null, SdJwtRefusal.OtherIssuer);
        if (SignedToken.Text(claims, "vct") != expected.Type)
            return (null, SdJwtRefusal.OtherType);
        if (claims.TryGetProperty("_sd_alg", out _) && SignedToken.Text(claims, "_sd_alg") != "sha-256")
            return (null, SdJwtRefusal.OtherDigest);
        if (DigestsIn(claims) is not { } digests)
            return (null, SdJwtRefusal.DigestTwice);
        var (fields, alwaysShown, refusal) = FieldsIn(claims, digests, disclosures);
        if (refusal != SdJwtRefusal.None)
            return (null, refusal);
        if (IsLater(claims, "nbf", now) || IsLater(claims, "iat", now))
            return (null, SdJwtRefusal.NotYetValid);
        if (SignedToken.Instant(claims, "exp") is not { } until || until <= now - Skew)
            return (null, SdJwtRefusal.Expired);
        if (!claims.TryGetProperty("cnf", out var confirmation) || confirmation.ValueKind != JsonValueKind.Object
            || !confirmation.TryGetProperty("jwk", out var jwk) || PublicKey.Read(jwk) is not { } holder)
            return (null, SdJwtRefusal.HolderKeyMissing);
        if (!StatusList.TryReadPlace(claims, out var status))
            return (null, SdJwtRefusal.StatusUnknown);
        return (new VerifiedCredential
        {
            Fields = fields, AlwaysShown = alwaysShown, Until = until, Holder = holder, Status = status,
        }, SdJwtRefusal.None);
    }

    static (Dictionary<string, JsonElement> Fields, List<string> AlwaysShown, SdJwtRefusal Refusal) FieldsIn(
        JsonElement claims, HashSet<string> digests, IReadOnlyList<string> disclosures)
    {
        var open = claims.EnumerateObject().Where(claim => !OfProtocol.Contains(claim.Name)).ToList();
        var fields = open.ToDictionary(claim => claim.Name, claim => claim.Value);
        var alwaysShown = fields.Keys.ToList();
        var read = disclosures.Select(Disclosure.Read).ToList();
        SdJwtRefusal First(SdJwtRefusal which) => read.Any(one => one.Refusal == which) ? which : SdJwtRefusal.None;
        if (First(SdJwtRefusal.DisclosureNotWellFormed) is not SdJwtRefusal.None and var broken)
            return (fields, alwaysShown, broken);
        if (First(SdJwtRefusal.FieldNameReserved) is not SdJwtRefusal.None and var reserved)
            return (fields, alwaysShown, reserved);
        if (open.Any(claim => !Disclosure.IsName(claim.Name) || Disclosure.HasReserved(claim.Value)))
            return (fields, alwaysShown, SdJwtRefusal.FieldNameReserved);
        var shown = read.Select(one => one.Read!).ToList();
        if (shown.Any(field => !digests.Contains(field.Digest)))
            return (fields, alwaysShown, SdJwtRefusal.DisclosureNotSigned);
        return shown.All(field => fields.TryAdd(field.Name, field.Value))
            ? (fields, alwaysShown, SdJwtRefusal.None)
            : (fields, alwaysShown, SdJwtRefusal.FieldTwice);
    }

    // The digests; null when one of them is there twice, or is no digest.
    static HashSet<string>? DigestsIn(JsonElement claims)
    {
        if (!claims.TryGetProperty("_sd", out var array))
            return [];
        if (array.ValueKind != JsonValueKind.Array)
            return null;
        var digests = new HashSet<string>(StringComparer.Ordinal);
        return array.EnumerateArray().All(digest => digest.ValueKind == JsonValueKind.String
            && digest.GetRawText() is [_, .. var text, _] && digests.Add(text)) ? digests : null;
    }

    static SdJwtRefusal OfBinding(
        SdJwtParts parts, PublicKey holder, (string Audience, string Nonce) asked, DateTimeOffset now)
    {
        if (Read(parts.KeyBinding!, SdJwt.KeyBindingType, (_, signed, signature) => holder.Verifies(signed, signature))
            is not { } claims)
            return SdJwtRefusal.NotSignedByHolder;
        if (SignedToken.Text(claims, "aud") != asked.Audience)
            return SdJwtRefusal.OtherAudience;
        if (SignedToken.Text(claims, "nonce") != asked.Nonce)
            return SdJwtRefusal.OtherNonce;
        if (SignedToken.Instant(claims, "iat") is not { } made || made > now + Skew || made < now - FreshFor
            || IsLater(claims, "nbf", now) || (claims.TryGetProperty("exp", out _)
                && !(SignedToken.Instant(claims, "exp") > now - Skew)))
            return SdJwtRefusal.NotFresh;
        return SignedToken.Text(claims, "sd_hash") == Disclosure.DigestOf(parts.Presented)
            ? SdJwtRefusal.None
            : SdJwtRefusal.OtherDisclosures;
    }

    // An instant that is not readable is as good as one that never comes.
    static bool IsLater(JsonElement claims, string name, DateTimeOffset now) =>
        claims.TryGetProperty(name, out _) && !(SignedToken.Instant(claims, name) <= now + Skew);

    static JsonElement? Read(string token, string type, Func<string?, byte[], byte[], bool> verifies) =>
        SignedToken.Read(token, type, verifies, SdJwt.LengthMax);
}
