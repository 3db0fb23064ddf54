using System.Text.Json;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Credentials.Identity;

/// <summary>An office's own list of what it has taken back.</summary>
/// <param name="Token">As it was fetched; null when it was not there.</param>
sealed record OfficeStatus(Uri List, string? Token, IReadOnlyList<PublicKey> Keys, DateTimeOffset ReadAt)
{
    public SdJwtRefusal Of(int index) => StatusList.Check(Token, new StatusPlace(List, index), Keys, ReadAt);
}

/// <summary>
/// Which credentials prove an identity, and what they say. An office that is asked about people by what a counter has
/// seen proves nothing new, so only one with a system of its own, which saw the person itself, can be a source.
/// </summary>
sealed class IdentitySources(
    OfficeStore offices, OfficeKeys keys, RemoteOffices remote, DocumentPrints prints, TimeProvider time)
{
    /// <summary>What such a credential must be able to say.</summary>
    public const string Document = "document_type";

    public const string Number = "document_number";

    public static readonly IReadOnlyList<string> Needed = [Document, Number];

    public async Task<IReadOnlyList<(Office Office, CredentialType Type)>> AllAsync(CancellationToken cancellation) =>
        [.. from office in await offices.AllAsync(cancellation)
            where office.IsOpen
            from type in office.Types
            where IsSource(office, type)
            select (office, type)];

    public async Task<(Office Office, CredentialType Type)?> FindAsync(string? type, CancellationToken cancellation) =>
        await offices.FindTypeAsync(type ?? "", cancellation) is var (office, found) && office.IsOpen
        && IsSource(office, found) ? (office, found) : null;

    /// <summary>Whether two officers have marked it, and nobody has taken the mark away.</summary>
    public static bool IsSource(Office office, CredentialType type) => office.IsRemote && type.ProvesIdentity;

    /// <summary>
    /// What a wallet's presentation proves; null when it is not believed, holds no more or names no document.
    /// </summary>
    public async Task<NewIdentityProof?> ReadAsync(
        string presentation, string typeCode, string audience, string nonce, string issuerBase,
        CancellationToken cancellation)
    {
        if (await FindAsync(typeCode, cancellation) is not var (office, type))
            return null;
        var expected = await keys.ExpectedAsync(issuerBase, office, type, cancellation);
        var now = time.GetUtcNow();
        var (credential, _) = SdJwt.Verify(presentation, expected, audience, nonce, now);
        // What cannot be taken back proves nobody.
        if (credential?.Status is not { } status
            || (await ListAsync(office, status.List, cancellation)).Of(status.Index) != SdJwtRefusal.None
            || TextOf(credential, Document) is not { } document || !Documents.All.Contains(document))
            return null;
        var number = DocumentNumbers.Normalised(TextOf(credential, Number));
        if (DocumentNumbers.FaultOf(document, number) is not null)
            return null;
        var atMost = now.AddDays(type.ValidDays);
        return new NewIdentityProof(
            office.Code, type.Code, document, await prints.OfAsync(document, number, cancellation),
            status.List.AbsoluteUri, status.Index, credential.Until < atMost ? credential.Until : atMost);
    }

    /// <summary>What the office has taken back, by its own list as it is now.</summary>
    public async Task<OfficeStatus> ListAsync(Office office, Uri list, CancellationToken cancellation) => new(
        list, await remote.StatusListAsync(office, list, cancellation),
        await keys.OfCredentialsAsync(office, cancellation), time.GetUtcNow());

    static string? TextOf(VerifiedCredential credential, string field) =>
        credential.Fields.TryGetValue(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
