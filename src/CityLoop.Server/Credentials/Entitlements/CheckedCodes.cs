using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Entitlements;

/// <summary>
/// At which counter a code counted, for the minute in which it can be shown at another one. Nothing here leads to a
/// person, and what is over goes with the next code.
/// </summary>
sealed class CheckedCodes(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Counts a code; false when it counted at another counter before.</summary>
    /// <param name="hash">Of all that the codes of one ticket and half minute have in common.</param>
    public async Task<bool> CountAsync(
        byte[] hash, byte[] counter, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            delete from credentials.checked_code where hash = any (array(
              select hash from credentials.checked_code where until <= @now limit 8 for update skip locked));
            insert into credentials.checked_code (hash, counter, until) values (@hash, @counter, @until)
            on conflict (hash) do nothing;
            select counter = @counter from credentials.checked_code where hash = @hash
            """, new { hash, counter, until, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }
}
