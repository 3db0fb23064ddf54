using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Access;

/// <summary>
/// The log of who saw what about a person. It is written before the data leaves, on the connection of what it tells of:
/// who cannot be written down is not shown anything.
/// </summary>
sealed class AccessLog(TimeProvider time)
{
    /// <summary>Writes an access down.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, Access access, CancellationToken cancellation)
    {
        if (access.Kind == AccessBy.Officer && !OfficerPurposes.All.Contains(access.Purpose))
            throw new ArgumentException($"Officers have no purpose '{access.Purpose}'.", nameof(access));
        var now = time.GetUtcNow();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.access (id, person, kind, officer, by_whom, what, purpose, is_given, consent, at)
            values (@id, @person, @kind, @officer, @byWhom, @what, @Purpose, @IsGiven, @Consent, @now)
            """,
            new
            {
                id = Guid.CreateVersion7(now), person = access.Person.Value, kind = NameOf(access.Kind),
                officer = access.Kind == AccessBy.Officer ? Guid.Parse(access.By) : (Guid?)null,
                byWhom = access.Kind == AccessBy.Officer ? null : access.By,
                what = access.What.ToArray(), access.Purpose, access.IsGiven, access.Consent, now,
            }, cancellationToken: cancellation));
    }

    /// <summary>How the table names who it was.</summary>
    public static string NameOf(AccessBy kind) => kind.ToString().ToLowerInvariant();
}
