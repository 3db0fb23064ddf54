using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Wallets;

/// <summary>A person's program asks what is in the wallet.</summary>
static class ShowWallet
{
    /// <param name="Currency">Its code.</param>
    /// <param name="Scale">Decimal places: amounts are in the smallest unit.</param>
    /// <param name="Held">What is set aside for somebody and cannot be spent meanwhile.</param>
    /// <param name="Endings">Every last day with its points, soonest first.</param>
    public sealed record Response(
        string Currency, int Scale, long Spendable, long Held, IReadOnlyList<Ending> Endings);

    public static void Map(IEndpointRouteBuilder wallet) =>
        wallet.MapGet("", HandleAsync).WithName("ShowWallet").WithTags("Wallets");

    static async Task<Ok<Response>> HandleAsync(ClaimsPrincipal who, Wallets wallets, CancellationToken cancellation)
    {
        var wallet = await wallets.OpenAsync(who.PersonId(), cancellation);
        return TypedResults.Ok(
            new Response(
                wallets.Currency.Code, wallets.Currency.Scale, wallet.Spendable, wallet.Held, wallet.Endings));
    }
}
