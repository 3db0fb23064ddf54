using System.Security.Claims;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Wallets;

/// <summary>A person's program asks what was in the wallet at an instant.</summary>
static class ShowStatement
{
    public static void Map(IEndpointRouteBuilder wallet) =>
        wallet.MapGet("/statement", HandleAsync).WithName("ShowStatement").WithTags("Wallets");

    /// <param name="at">The instant, with its offset: 2026-11-21T18:00:00+08:00.</param>
    /// <param name="asHappened">True to count by when things happened, not by when they were written.</param>
    /// <param name="before">Only lines before this number of the journal.</param>
    static async Task<Ok<PastStatementResponse>> HandleAsync(
        DateTimeOffset at, bool? asHappened, long? before, ClaimsPrincipal who, Wallets wallets, CityLedger ledger,
        CancellationToken cancellation) =>
        TypedResults.Ok(await PastStatementResponse.ReadAsync(
            ledger, await wallets.AccountAsync(who.PersonId(), cancellation), at, asHappened, before, cancellation));
}
