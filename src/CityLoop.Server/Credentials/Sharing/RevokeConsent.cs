using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>A person takes a consent back: the service is given nothing more, and what it holds is void.</summary>
static class RevokeConsent
{
    public const string Address = "/me/proofs/revoke";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, HandleAsync).RequireAuthorization(Roles.Resident).ExcludeFromDescription();

    static async Task<RedirectHttpResult> HandleAsync(
        [FromForm] Guid consent, ClaimsPrincipal who, ConsentStore consents, RevokeGiven revoke)
    {
        if (!await consents.RevokeAsync(who.PersonId(), consent, CancellationToken.None))
            return TypedResults.Redirect("/me/proofs");
        await revoke.OfConsentAsync(consent, CancellationToken.None);
        return TypedResults.Redirect($"/me/proofs/{consent}?done=revoked");
    }
}
