using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>Reads a presentation as any service would: who signed it, for whom, when, and whether it holds.</summary>
sealed class VerifyCredential(OfficeStore offices, OfficeKeys keys, StatusLists lists, TimeProvider time)
{
    public async Task<(VerifiedCredential? Credential, SdJwtRefusal Refusal)> VerifyAsync(
        string presentation, string typeCode, string audience, string nonce, string issuerBase,
        CancellationToken cancellation)
    {
        if (await offices.FindTypeAsync(typeCode, cancellation) is not var (office, type))
            return (null, SdJwtRefusal.OtherType);
        var expected = await keys.ExpectedAsync(issuerBase, office, type, cancellation);
        var (credential, refusal) = SdJwt.Verify(presentation, expected, audience, nonce, time.GetUtcNow());
        if (credential is null)
            return (null, refusal);
        // What cannot be taken back was not issued by an office of this city.
        refusal = credential.Status is null ? SdJwtRefusal.StatusUnknown
            : await lists.CheckAsync(issuerBase, office, credential.Status, cancellation);
        return (refusal == SdJwtRefusal.None ? credential : null, refusal);
    }
}
