using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Operations;

/// <summary>Says to a load balancer or a script whether this server lives, and whether it can serve.</summary>
static class Health
{
    /// <summary>A database that has not answered for this long is not there for a person who waits either.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder health)
    {
        health.MapGet("/live", () => TypedResults.Text("live")).AllowAnonymous();
        health.MapGet("/ready", ReadyAsync).AllowAnonymous();
    }

    static async Task<Results<ContentHttpResult, ProblemHttpResult>> ReadyAsync(
        NpgsqlDataSource database, CancellationToken cancellation)
    {
        try
        {
            await using var ask = database.CreateCommand("SELECT 1");
            await ask.ExecuteScalarAsync(cancellation).WaitAsync(Patience, cancellation);
            return TypedResults.Text("ready");
        }
        catch (Exception absent) when (absent is NpgsqlException or TimeoutException)
        {
            return TypedResults.Problem(
                "The database does not answer. Ask again in a few seconds.", statusCode: 503,
                extensions: new Dictionary<string, object?> { ["code"] = "database_does_not_answer" });
        }
    }
}
