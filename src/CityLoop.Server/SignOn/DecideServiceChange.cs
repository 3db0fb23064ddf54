using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.SignOn;

/// <summary>A second officer approves or refuses what the first one asked of a service.</summary>
static class DecideServiceChange
{
    public const string Address = "/desk/service-changes";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, HandleAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();

    static async Task<Results<RedirectHttpResult, RazorComponentResult>> HandleAsync(
        [FromForm] long change, [FromForm] string? decision, [FromForm] string? back, ClaimsPrincipal officer,
        ServiceChanges changes, CancellationToken cancellation)
    {
        var isApproved = decision == "approve";
        var (problem, made) = await changes.DecideAsync(change, officer.PersonId(), isApproved, cancellation);
        var to = LocalAddress.Or(back, "/desk/services");
        // Shown to this officer and never again: it is in no address and in no table.
        return made is not null ? new RazorComponentResult<SecretSheet>(new { made.Secret, made.Service })
            : problem is not null ? TypedResults.Redirect($"{to}?problem={problem}")
            : TypedResults.Redirect($"{to}?done={(isApproved ? "approved" : "refused")}");
    }
}
