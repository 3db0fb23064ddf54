using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.Applications;

/// <summary>What people do with an application besides making it: take it back, agree to it, refuse it.</summary>
static class DecideApplication
{
    public const string Apply = "/shops/apply";
    public const string Desk = "/desk/merchants/applications";

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost(Apply + "/withdraw", WithdrawAsync).RequireAuthorization(Roles.Resident)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        pages.MapPost(Desk + "/decision", DecideAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> WithdrawAsync(
        [FromForm] Guid application, ClaimsPrincipal who, ShopApplications applications,
        CancellationToken cancellation) =>
        TypedResults.Redirect(
            await applications.WithdrawAsync(who.PersonId(), application, cancellation) == ApplicationOutcome.Done
                ? $"{Apply}/{application}?done=withdrawn"
                : $"{Apply}/{application}?problem=decided_before");

    static async Task<RedirectHttpResult> DecideAsync(
        [FromForm] Guid application, [FromForm] string? decision, [FromForm] string? reason,
        ClaimsPrincipal officer, ShopApplications applications, CancellationToken cancellation)
    {
        var outcome = decision == "approve"
            ? await applications.AgreeAsync(officer.PersonId(), application, cancellation)
            : await applications.RefuseAsync(officer.PersonId(), application, reason?.Trim() ?? "", cancellation);
        return TypedResults.Redirect(outcome switch
        {
            ApplicationOutcome.Unknown => $"{Desk}?problem=unknown",
            ApplicationOutcome.Agreed => $"{Desk}/{application}?done=agreed",
            ApplicationOutcome.Done => $"{Desk}/{application}?done={(decision == "approve" ? "approved" : "refused")}",
            _ => $"{Desk}/{application}?problem={CodeOf(outcome)}",
        });
    }

    public static string CodeOf(ApplicationOutcome outcome) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
}
