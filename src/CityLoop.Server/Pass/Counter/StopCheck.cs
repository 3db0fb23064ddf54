using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Counter;

/// <summary>
/// Somebody stops what waits at a counter and is not theirs: on their own page, there and then, or by the link in the
/// letter, for they may have no device that is signed in.
/// </summary>
static class StopCheck
{
    public const string Link = "/stop";

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost("/me/level/stop", Mine).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        pages.MapPost(Link, ByLink).AllowAnonymous().ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> Mine(
        [FromForm] Guid check, ClaimsPrincipal who, CheckWaits waits, CancellationToken cancellation) =>
        TypedResults.Redirect(
            await waits.StopAsync(who.PersonId(), check, cancellation)
                ? "/me/level?done=stopped"
                : "/me/level?problem=nothing_to_stop");

    static async Task<RedirectHttpResult> ByLink(
        [FromForm] string? token, CheckWaits waits, CancellationToken cancellation) =>
        TypedResults.Redirect(
            await waits.OfLinkAsync(token, cancellation) is { } check
            && await waits.StopAsync(new PersonId(check.Person), check.Id, cancellation)
                ? $"{Link}/done"
                : $"{Link}/none");
}
