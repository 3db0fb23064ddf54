using System.Security.Claims;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Proofs;

/// <summary>Somebody is shown that an entry of theirs stands in the journal as it was sealed.</summary>
static class ProveEntry
{
    /// <param name="Entry">The entry's bytes in Base64; docs/reference/ledger-proofs.md says how to read them.</param>
    /// <param name="Path">Base64 hashes from the entry's leaf to the root, RFC 9162 section 2.1.3.</param>
    /// <param name="Note">The signed checkpoint that the path leads to.</param>
    /// <param name="Key">The key that it is signed with; compare it with the one that you know.</param>
    public sealed record Response(
        long Sequence, string Entry, long Size, IReadOnlyList<string> Path, string Note, string? Key);

    public static void Map(IEndpointRouteBuilder ledger) =>
        ledger.MapGet("/entries/{sequence:long}/proof", HandleAsync).RequireAuthorization()
            .WithName("ProveEntry").WithTags("Ledger");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        long sequence, ClaimsPrincipal who, EntryReaders readers, NpgsqlDataSource database, ProofMaker proofs,
        Problems problems, CancellationToken cancellation)
    {
        // The same answer for what is not there and for what is somebody else's.
        if (sequence < 1 || !await readers.MayReadAsync(who, sequence, cancellation)
            || await proofs.EntryAsync(sequence, cancellation) is not { } entry)
            return problems.NotFound("entry_unknown", "sequence");
        if (await SealStore.NewestAsync(database, cancellation) is not { } seal || seal.Size < sequence)
            return problems.Refused("not_sealed_yet", "sequence");
        var path = await proofs.InclusionAsync(sequence, seal.Size, cancellation);
        return TypedResults.Ok(new Response(
            sequence, Convert.ToBase64String(entry), seal.Size,
            [.. path.Select(hash => Convert.ToBase64String(hash))], seal.FullNote,
            await SealKey.KnownAsync(database, cancellation)));
    }
}
