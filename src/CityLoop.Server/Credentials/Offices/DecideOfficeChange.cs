using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>A second officer approves or refuses what the first one asked of an office.</summary>
static class DecideOfficeChange
{
    public const string Address = "/desk/office-changes";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, HandleAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();

    static async Task<RedirectHttpResult> HandleAsync(
        [FromForm] Guid change, [FromForm] string? decision, [FromForm] string? back, ClaimsPrincipal officer,
        OfficeChanges changes, CancellationToken cancellation)
    {
        var outcome = await changes.DecideAsync(officer.PersonId(), change, decision == "approve", cancellation);
        var to = LocalAddress.Or(back, "/desk/offices");
        return TypedResults.Redirect(outcome == OfficeChangeOutcome.Done
            ? $"{to}?done={(decision == "approve" ? "approved" : "refused")}"
            : $"{to}?problem={ProblemOf(outcome)}");
    }

    /// <summary>The sentence for a refusal.</summary>
    public static string ProblemOf(OfficeChangeOutcome outcome) => outcome switch
    {
        OfficeChangeOutcome.Unknown => "change_unknown",
        OfficeChangeOutcome.DecidedBefore => "change_decided",
        OfficeChangeOutcome.NeedsAnotherOfficer => "change_needs_another",
        OfficeChangeOutcome.AnotherWaits => "change_waits",
        OfficeChangeOutcome.TooMany => "fingerprints_too_many",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };
}
