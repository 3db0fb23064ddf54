using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Carbon;

/// <summary>A person ends the link with a partner; what it told before stays theirs.</summary>
static class EndLink
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapPost("/carbon/unlink", Handle)
        .RequireAuthorization(Roles.Resident)
        .ExcludeFromDescription();

    static async Task<RedirectHttpResult> Handle(
        [FromForm] string? partner, ClaimsPrincipal who, RiderLinks links, CancellationToken cancellation)
    {
        await links.EndAsync(partner ?? "", who.PersonId(), cancellation);
        return TypedResults.Redirect("/carbon?done=unlinked");
    }
}
