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

    /// <summary>
    /// Writes an access of a program that asks again and again: the same things for the same purpose, within the time
    /// that one token lives, are one. Answers whether it was written.
    /// </summary>
    public async Task<bool> WriteOnceAsync(
        NpgsqlConnection connection, Access access, TimeSpan within, CancellationToken cancellation)
    {
        var isThere = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (select from pass.access where person = @person and at > @since and kind = @kind
                             and by_whom = @By and what = @what and purpose = @Purpose and is_given = @IsGiven
                             and consent is not distinct from @Consent)
            """,
            new
            {
                person = access.Person.Value, since = time.GetUtcNow() - within, kind = NameOf(access.Kind), access.By,
                what = access.What.ToArray(), access.Purpose, access.IsGiven, access.Consent,
            }, cancellationToken: cancellation));
        if (!isThere)
            await WriteAsync(connection, access, cancellation);
        return !isThere;
    }

    /// <summary>
    /// For a statement that gives a service something thousands of times a second: the access is written by the
    /// statement itself, so that it costs no further trip and stands or falls with what is given.
    /// </summary>
    /// <param name="rows">The rows that were given: <c>id</c> of a new access, <c>person</c>, <c>service</c>.</param>
    public static string ByService(string rows, string id, string what, string purpose, string now) =>
        $"""
        insert into pass.access (id, person, kind, by_whom, what, purpose, is_given, at)
        select {id}, person, 'service', service::text, {what}, {purpose}, true, {now} from {rows}
        """;

    /// <summary>How the table names who it was.</summary>
    public static string NameOf(AccessBy kind) => kind.ToString().ToLowerInvariant();
}
