using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Shared.Jose;
using Npgsql;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>A credential with all its fields, for its holder.</summary>
/// <param name="StatusNumber">Which of its office's lists says whether it was taken back.</param>
/// <param name="StatusIndex">Where in it.</param>
sealed record IssuedCredential(string SdJwt, int StatusNumber, int StatusIndex, DateTimeOffset Until);

/// <summary>An office does not answer now; nothing is wrong with the person.</summary>
sealed class OfficeUnreachableException(Office office, string why)
    : Exception($"The office {office.Code} issues nothing now: {why}.")
{
    /// <summary>The sentence for the person, with the office's name in it.</summary>
    public const string Problem = "office_unreachable";

    public LocalNames Office => office.Names;
}

/// <summary>An office certifies what it knows about a person, bound to a key.</summary>
sealed class IssueCredential(
    OfficeStore offices, OfficeKeys keys, RemoteOffices remote, CounterChecks checks, NpgsqlDataSource database,
    CityClock clock, TimeProvider time)
{
    /// <summary>Digests come in fours: how many fields somebody has is not seen from outside.</summary>
    const int DigestsInStepsOf = 4;

    /// <summary>
    /// The credential; null when the office has nothing about this person, or nobody has checked who they are with a
    /// document whose number was noted.
    /// </summary>
    /// <exception cref="OfficeUnreachableException">It is suspended, or its own system does not answer.</exception>
    public async Task<IssuedCredential?> ForAsync(
        PersonId person, string typeCode, PublicKey holder, string issuerBase, CancellationToken cancellation)
    {
        if (await offices.FindTypeAsync(typeCode, cancellation) is not var (office, type))
            throw new ArgumentException($"No office issues '{typeCode}'.", nameof(typeCode));
        if (!office.IsOpen)
            throw new OfficeUnreachableException(office, "it is suspended");
        var prints = await checks.DocumentPrintsAsync(person, cancellation);
        return prints.Count == 0 ? null
            : office.IsRemote ? await remote.AskAsync(person, office, type, prints, holder, issuerBase, cancellation)
            : await FromRegisterAsync(office, type, prints, holder, issuerBase, cancellation);
    }

    async Task<IssuedCredential?> FromRegisterAsync(
        Office office, CredentialType type, IReadOnlyList<byte[]> prints, PublicKey holder, string issuerBase,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await Registers.FindAsync(connection, type, prints, clock.Today, cancellation) is not { } row)
            return null;
        var now = time.GetUtcNow();
        var end = clock.StartOf(row.ValidUntil.AddDays(1)).ToUniversalTime();
        var until = now.AddDays(type.ValidDays) < end ? now.AddDays(type.ValidDays) : end;
        var (number, place) = await StatusLists.TakeAsync(
            connection, office, type.Code, row.Print, until, cancellation);
        await transaction.CommitAsync(cancellation);
        var list = OfficeAddresses.StatusList(issuerBase, office.Code, number);
        using var fields = JsonDocument.Parse(row.Fields);
        // Only what the type has now: a field that it lost since the import does not travel.
        var told = type.Fields.Where(field => fields.RootElement.TryGetProperty(field.Name, out _))
            .Select(field => KeyValuePair.Create(field.Name, fields.RootElement.GetProperty(field.Name))).ToList();
        var digests = (type.Fields.Count + DigestsInStepsOf - 1) / DigestsInStepsOf * DigestsInStepsOf;
        var sdJwt = SdJwt.Issue(await keys.CurrentAsync(office, cancellation), new SdJwtContent
        {
            Issuer = OfficeAddresses.Issuer(issuerBase, office.Code),
            Type = OfficeAddresses.Type(issuerBase, type.Code),
            IssuedAt = now,
            Until = until,
            Holder = holder,
            Status = new StatusPlace(list, place),
            Fields = told,
            Decoys = digests - told.Count,
        });
        return new IssuedCredential(sdJwt, number, place, until);
    }
}
