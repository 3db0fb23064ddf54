using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>
/// A program comes with a token that the person (or the city) has ended: it gets nothing, and they read that it tried.
/// A token that has only run out is no attempt; programs find out by asking.
/// </summary>
sealed class RefusedAccess(
    ServiceGrants grants, ServiceStore services, AccessLog log, NpgsqlDataSource database)
{
    /// <param name="what">What it asked for, by the names of the log's texts.</param>
    public async Task WriteAsync(string? token, IReadOnlyList<string> what, CancellationToken cancellation)
    {
        if (await grants.EndedAsync(token, cancellation) is not var (person, id)
            || await services.FindAsync(id, cancellation) is not { } service)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await log.WriteOnceAsync(
            connection,
            new Access
            {
                Person = person, Kind = AccessBy.Service, By = service.ClientId, What = what,
                Purpose = AccessText.Of(service.Purposes), IsGiven = false,
            },
            ServiceGrants.AccessLife, cancellation);
    }
}
