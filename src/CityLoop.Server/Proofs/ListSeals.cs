using CityLoop.Server.City;
using CityLoop.Server.Ledger.Seals;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Proofs;

/// <summary>Anybody sees the city's seals, and the key that they are signed with.</summary>
static class ListSeals
{
    public const int PageSize = 50;

    /// <param name="Size">How many journal entries it covers.</param>
    /// <param name="Root">Base64.</param>
    /// <param name="Note">The signed checkpoint with the lines of its witnesses.</param>
    public sealed record Item(long Size, string Root, DateTimeOffset At, string Note, IReadOnlyList<string> Witnesses);

    /// <param name="Key">The public key of the seals, name+number+key; null before the first seal.</param>
    /// <param name="Witnesses">The keys of the witnesses whose word the city publishes.</param>
    /// <param name="Seals">Newest first.</param>
    public sealed record Response(string? Key, IReadOnlyList<string> Witnesses, IReadOnlyList<Item> Seals);

    public static void Map(IEndpointRouteBuilder ledger) =>
        ledger.MapGet("/seals", HandleAsync).AllowAnonymous().WithName("ListSeals").WithTags("Ledger");

    /// <param name="before">Only seals over fewer entries than this; the newest when left out.</param>
    static async Task<Ok<Response>> HandleAsync(
        long? before, NpgsqlDataSource database, CityPack city, CancellationToken cancellation) =>
        TypedResults.Ok(new Response(
            await SealKey.KnownAsync(database, cancellation),
            [.. city.Seals.Witnesses.Select(key => key.ToString())],
            [.. (await ReadAsync(database, before, cancellation)).Select(seal => new Item(
                seal.Size, Convert.ToBase64String(seal.Root), seal.At, seal.FullNote,
                [.. seal.Witnesses.Select(witness => witness.Name)]))]));

    /// <summary>A page of seals, newest first.</summary>
    public static Task<IReadOnlyList<Seal>> ReadAsync(
        NpgsqlDataSource database, long? before, CancellationToken cancellation) =>
        SealStore.ListAsync(
            database, before is { } size && size > long.MinValue ? size - 1 : long.MaxValue, PageSize, cancellation);
}
