using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Gifts;

/// <summary>What people send from the page of their gifts about what they ask each other for.</summary>
static class ChangeAsks
{
    public const string Page = $"{ChangeGifts.Page}/asks";

    public static void Map(IEndpointRouteBuilder pages)
    {
        // Who acts for somebody pays nobody with their points, and asks nobody in their name.
        var asks = pages.MapGroup(Page).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        asks.MapPost("/pay", PayAsync);
        asks.MapPost("/decline", DeclineAsync);
        asks.MapPost("/block", BlockAsync);
        asks.MapPost("/unblock", UnblockAsync);
        asks.MapPost("/withdraw", WithdrawAsync);
    }

    static async Task<RedirectHttpResult> PayAsync(
        [FromForm] Guid ask, ClaimsPrincipal who, AskForPoints asks, CancellationToken cancellation) =>
        await asks.PayAsync(who.PersonId(), who.Level(), ask, cancellation) switch
        {
            GiftOutcome.Given => TypedResults.Redirect($"{ChangeGifts.Page}?done=given"),
            { } refused => TypedResults.Redirect($"{ChangeGifts.Page}?problem={GiftAnswers.CodeOf(refused)}"),
            null => Back("", false),
        };

    static async Task<RedirectHttpResult> DeclineAsync(
        [FromForm] Guid ask, ClaimsPrincipal who, AskForPoints asks, CancellationToken cancellation) =>
        Back("said_no", await asks.DeclineAsync(who.PersonId(), ask, cancellation));

    static async Task<RedirectHttpResult> BlockAsync(
        [FromForm] Guid ask, ClaimsPrincipal who, AskForPoints asks, CancellationToken cancellation) =>
        Back("blocked", await asks.BlockAsync(who.PersonId(), ask, cancellation));

    static async Task<RedirectHttpResult> UnblockAsync(
        [FromForm] Guid asker, ClaimsPrincipal who, AskStore store, CancellationToken cancellation) =>
        Back("unblocked", await store.UnblockAsync(who.PersonId(), asker, cancellation));

    static async Task<RedirectHttpResult> WithdrawAsync(
        [FromForm] Guid ask, ClaimsPrincipal who, AskStore store, CancellationToken cancellation) =>
        Back("withdrawn", await store.WithdrawAsync(ask, who.PersonId(), cancellation));

    static RedirectHttpResult Back(string done, bool isDone) => TypedResults.Redirect(
        isDone ? $"{ChangeGifts.Page}?done={done}" : $"{ChangeGifts.Page}?problem=ask_gone");
}
