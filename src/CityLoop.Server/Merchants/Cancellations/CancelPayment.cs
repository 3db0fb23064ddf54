using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.Cancellations;

/// <summary>What officers send to cancel a payment in its shop's place.</summary>
static class CancelPayment
{
    public const string Desk = "/desk/merchants/cancellations";

    public static IServiceCollection AddCancellations(this IServiceCollection services) => services
        .AddSingleton<Cancellations>()
        .AddOfficersTable("merchants.cancellation", "asked_by", "decided_by");

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost(Desk + "/ask", AskAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        pages.MapPost(Desk + "/decision", DecideAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> AskAsync(
        [FromForm] Guid payment, [FromForm] string? reason, [FromForm] string? note, ClaimsPrincipal officer,
        Cancellations cancellations, CancellationToken cancellation) =>
        Back(await cancellations.AskAsync(officer.PersonId(), payment, reason ?? "", note ?? "", cancellation));

    static async Task<RedirectHttpResult> DecideAsync(
        [FromForm] Guid line, [FromForm] string? decision, ClaimsPrincipal officer, Cancellations cancellations,
        CancellationToken cancellation) =>
        Back(await cancellations.DecideAsync(officer.PersonId(), line, decision == "approve", cancellation));

    static RedirectHttpResult Back(CancellationOutcome outcome) => TypedResults.Redirect(
        outcome is CancellationOutcome.Waits or CancellationOutcome.Cancelled or CancellationOutcome.Refused
            ? $"{Desk}?done={CodeOf(outcome)}"
            : $"{Desk}?problem={CodeOf(outcome)}");

    public static string CodeOf(CancellationOutcome outcome) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
}
