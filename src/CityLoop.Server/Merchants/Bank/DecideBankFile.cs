using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>What officers do at the desk with what banks report: let a file be imported, and finish an entry.</summary>
static class DecideBankFile
{
    public const string Page = "/desk/settlements/bank";
    public const string Address = $"{Page}/files";
    public const string Entries = $"{Page}/entries";

    const int NoteMax = 500;

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost(Address, DecideAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        pages.MapPost(Entries, FinishAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> DecideAsync(
        [FromForm] Guid change, [FromForm] string? decision, ClaimsPrincipal officer, BankFiles files,
        CancellationToken cancellation)
    {
        var outcome = await files.DecideAsync(officer.PersonId(), change, decision == "approve", cancellation);
        return TypedResults.Redirect(outcome == BankFileOutcome.Done
            ? $"{Page}?done={(decision == "approve" ? "imported" : "refused")}"
            : $"{Page}?problem={CodeOf(outcome)}");
    }

    static async Task<RedirectHttpResult> FinishAsync(
        [FromForm] Guid entry, [FromForm] string? note, ClaimsPrincipal officer, BankStore store,
        CancellationToken cancellation)
    {
        var said = note?.Trim() ?? "";
        if (said.Length is 0 or > NoteMax)
            return TypedResults.Redirect($"{Page}?problem=note_needed");
        return TypedResults.Redirect(await store.FinishAsync(entry, officer.PersonId(), said, cancellation)
            ? $"{Page}?done=finished"
            : $"{Page}?problem=decided_before");
    }

    public static string CodeOf(BankFileOutcome outcome) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
}
