using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.SignOn;

/// <summary>A person takes back what a service may know: from now on it is told nothing, whatever it holds.</summary>
static class EndConsent
{
    public const string Address = "/me/services/end";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, Handle).RequireAuthorization(Roles.Resident).ExcludeFromDescription();

    static async Task<RedirectHttpResult> Handle(
        [FromForm] Guid service, ClaimsPrincipal who, Consents consents, ServiceGrants grants,
        CancellationToken cancellation)
    {
        await consents.EndAsync(who.PersonId(), service, cancellation);
        await grants.EndAllAsync(who.PersonId(), service, "consent_ended", cancellation);
        return TypedResults.Redirect("/me/services?done=ended");
    }
}
