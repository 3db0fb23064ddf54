using CityLoop.Ledger.Seals;
using CityLoop.Server.City;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Proofs;

/// <summary>
/// A witness outside of the city says of a seal that it has seen it (C2SP tlog-cosignature/v1). Its signature is its
/// pass; the city publishes the word of the witnesses in its pack alone.
/// </summary>
static class CountersignSeal
{
    /// <param name="Line">The line under the note: an em dash, the witness's name, Base64.</param>
    public sealed record Request(string Line);

    /// <param name="At">When the witness says that it saw the seal.</param>
    public sealed record Response(long Size, string Witness, DateTimeOffset At);

    /// <summary>How far a witness's clock may be before the city's.</summary>
    static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder ledger) =>
        ledger.MapPost("/seals/{size:long}/countersignatures", HandleAsync).AllowAnonymous()
            .Accepts<Request>("application/json")
            .WithName("CountersignSeal").WithTags("Ledger");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        long size, HttpContext context, NpgsqlDataSource database, CityPack city, TimeProvider clock,
        Problems problems, CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        if (await SealStore.OfAsync(database, size, cancellation) is not { } seal)
            return problems.NotFound("seal_unknown", "size");
        if (NoteSignature.Parse(request.Line) is not { } line)
            return problems.Bad("countersignature_not_valid", "line");
        if (city.Seals.Witnesses.FirstOrDefault(line.IsOf) is not { } witness)
            return problems.Of(StatusCodes.Status403Forbidden, "witness_unknown", "line");
        var note = SignedNote.Parse(seal.Note)!;
        if (Countersignature.Verified(line, witness, note.Text, Ed25519.Verify) is not { } said
            || said.Timestamp > clock.GetUtcNow().Add(Ahead).ToUnixTimeSeconds())
            return problems.Bad("countersignature_not_valid", "line");
        var at = DateTimeOffset.FromUnixTimeSeconds(said.Timestamp);
        await SealStore.AddAsync(database, size, new Witnessed(witness.Name, line.ToString(), at), cancellation);
        return TypedResults.Ok(new Response(size, witness.Name, at));
    }
}
