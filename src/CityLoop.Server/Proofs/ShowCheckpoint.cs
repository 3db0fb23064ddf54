using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Proofs;

/// <summary>A seal as other programs read it: the signed text (C2SP tlog-checkpoint) and nothing else.</summary>
static class ShowCheckpoint
{
    public static void Map(IEndpointRouteBuilder ledger)
    {
        ledger.MapGet("/checkpoint", NewestAsync).AllowAnonymous()
            .WithName("ShowCheckpoint").WithTags("Ledger").Produces<string>(200, "text/plain");
        ledger.MapGet("/checkpoints/{size:long}", OfAsync).AllowAnonymous()
            .WithName("ShowCheckpointOf").WithTags("Ledger").Produces<string>(200, "text/plain");
    }

    static async Task<Results<ContentHttpResult, ProblemHttpResult>> NewestAsync(
        NpgsqlDataSource database, Problems problems, CancellationToken cancellation) =>
        Text(await SealStore.NewestAsync(database, cancellation), problems);

    static async Task<Results<ContentHttpResult, ProblemHttpResult>> OfAsync(
        long size, NpgsqlDataSource database, Problems problems, CancellationToken cancellation) =>
        Text(await SealStore.OfAsync(database, size, cancellation), problems);

    static Results<ContentHttpResult, ProblemHttpResult> Text(Seal? seal, Problems problems) => seal is null
        ? problems.NotFound("seal_unknown", "size")
        : TypedResults.Text(seal.FullNote, "text/plain; charset=utf-8");
}
