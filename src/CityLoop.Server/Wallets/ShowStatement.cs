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

    static async Task<Ok<PastStatementResponse>> HandleAsync(
        [AsParameters] PastStatementQuery query, ClaimsPrincipal who, Wallets wallets, CityLedger ledger,
        CancellationToken cancellation) =>
        TypedResults.Ok(await PastStatementResponse.ReadAsync(
            ledger, await wallets.AccountAsync(who.PersonId(), cancellation), query, cancellation));
}
