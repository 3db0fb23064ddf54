using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>A person says no: the service hears that, and nothing about them.</summary>
static class DeclineRequest
{
    public const string Address = "/share/decline";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, HandleAsync).RequireAuthorization(Roles.Resident).ExcludeFromDescription();

    static async Task<RedirectHttpResult> HandleAsync(
        [FromForm] string? request, ClaimsPrincipal who, GiveConsent give, CancellationToken cancellation)
    {
        await give.DeclineAsync(request ?? "", who.PersonId(), cancellation);
        return TypedResults.Redirect(SharePage.AddressOf(Uri.EscapeDataString(request ?? "")));
    }
}
