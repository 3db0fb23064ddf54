using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Proofs;

/// <summary>Anybody is shown that one seal is the beginning of a later one: nothing before it was changed.</summary>
static class ProveConsistency
{
    /// <param name="Path">Base64 hashes, RFC 9162 section 2.1.4; empty when both are the same seal.</param>
    public sealed record Response(long From, long To, IReadOnlyList<string> Path);

    public static void Map(IEndpointRouteBuilder ledger) =>
        ledger.MapGet("/consistency", HandleAsync).AllowAnonymous().WithName("ProveConsistency").WithTags("Ledger");

    /// <param name="from">The size of the earlier seal.</param>
    /// <param name="to">The size of the later seal.</param>
    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        long from, long to, NpgsqlDataSource database, ProofMaker proofs, Problems problems,
        CancellationToken cancellation)
    {
        if (await SealStore.OfAsync(database, from, cancellation) is null)
            return problems.NotFound("seal_unknown", "from");
        if (await SealStore.OfAsync(database, to, cancellation) is null)
            return problems.NotFound("seal_unknown", "to");
        if (from > to)
            return problems.Bad("seals_in_wrong_order", "from");
        var path = await proofs.ConsistencyAsync(from, to, cancellation);
        return TypedResults.Ok(new Response(from, to, [.. path.Select(hash => Convert.ToBase64String(hash))]));
    }
}
