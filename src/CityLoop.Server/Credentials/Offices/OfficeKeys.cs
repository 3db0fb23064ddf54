using System.Collections.Concurrent;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Shared.Jose;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>
/// The keys of offices. Where the city keeps an office's register it keeps its keys, too; an office with a system of
/// its own signs credentials with its own alone, and the city signs no more than what it has taken back.
/// </summary>
sealed class OfficeKeys(NpgsqlDataSource database, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Longer than any credential holds.</summary>
    public static readonly TimeSpan PublishedAfter = TimeSpan.FromDays(366);

    readonly IDataProtector _seal = protection.CreateProtector("credentials.office-key");
    readonly ConcurrentDictionary<Guid, RotatingKeys> _keys = [];

    /// <summary>The key whose turn it is.</summary>
    public ValueTask<SigningKey> CurrentAsync(Office office, CancellationToken cancellation) =>
        Of(office).CurrentAsync(cancellation);

    /// <summary>The keys by which the office's credentials are known.</summary>
    public async ValueTask<IReadOnlyList<PublicKey>> OfCredentialsAsync(
        Office office, CancellationToken cancellation) =>
        office.IsRemote ? PublicKeys.Read(office.PublicKeys) ?? [] : await OfStatusAsync(office, cancellation);

    /// <summary>The keys by which it is known what the office has taken back: the city's own.</summary>
    public async ValueTask<IReadOnlyList<PublicKey>> OfStatusAsync(Office office, CancellationToken cancellation) =>
        [.. (await Of(office).PublishedAsync(cancellation)).Select(key => key.Public)];

    /// <summary>What a reader of one of its credentials waits for.</summary>
    public async Task<ExpectedCredential> ExpectedAsync(
        string issuerBase, Office office, CredentialType type, CancellationToken cancellation) => new(
            OfficeAddresses.Issuer(issuerBase, office.Code), OfficeAddresses.Type(issuerBase, type.Code),
            await OfCredentialsAsync(office, cancellation));

    RotatingKeys Of(Office office) => _keys.GetOrAdd(office.Id, id => new RotatingKeys(
        database, _seal, time,
        new KeySeries("credentials.office_key", PublishedAfter, LockNumber: 31) { Owner = ("office", id) }));
}
