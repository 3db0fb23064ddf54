using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Gifts;

/// <summary>What people send from the page of their gifts.</summary>
static class ChangeGifts
{
    public const string Page = "/gifts";

    public static void Map(IEndpointRouteBuilder pages)
    {
        // Who acts for a child takes what is for it, and gives nothing of it.
        var holders = pages.MapGroup(Page).RequireAuthorization(Roles.Holder).ExcludeFromDescription();
        holders.MapPost("/take", TakeAsync);
        holders.MapPost("/decline", DeclineAsync);
        holders.MapPost("/code/end", EndCodeAsync);
        pages.MapPost($"{Page}/cancel", CancelAsync).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> TakeAsync(
        [FromForm] Guid gift, ClaimsPrincipal who, WaitingGifts waiting, CancellationToken cancellation) =>
        Back("taken", await waiting.TakeAsync(who.PersonId(), gift, cancellation));

    static async Task<RedirectHttpResult> DeclineAsync(
        [FromForm] Guid gift, ClaimsPrincipal who, WaitingGifts waiting, CancellationToken cancellation) =>
        Back("declined", await waiting.DeclineAsync(who.PersonId(), gift, cancellation));

    static async Task<RedirectHttpResult> CancelAsync(
        [FromForm] Guid gift, ClaimsPrincipal who, WaitingGifts waiting, CancellationToken cancellation) =>
        Back("cancelled", await waiting.CancelAsync(who.PersonId(), gift, cancellation));

    static async Task<RedirectHttpResult> EndCodeAsync(
        ClaimsPrincipal who, GiftCodes codes, CancellationToken cancellation)
    {
        await codes.EndAsync(who.PersonId(), cancellation);
        return TypedResults.Redirect("/gifts/code");
    }

    static RedirectHttpResult Back(string done, WaitingOutcome outcome) => TypedResults.Redirect(outcome switch
    {
        WaitingOutcome.Done => $"{Page}?done={done}",
        WaitingOutcome.Gone => $"{Page}?problem=gift_gone",
        _ => $"{Page}?problem=gift_cannot_receive",
    });
}
