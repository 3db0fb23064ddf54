using System.Security.Claims;
using CityLoop.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Accounts;

/// <summary>An officer asks to freeze, thaw, close or bound an account; a freeze is done at once.</summary>
static class AskForChange
{
    /// <param name="Id">Made by the caller; sent twice, it asks once.</param>
    /// <param name="Status">open, frozen or closed: what it shall be.</param>
    /// <param name="Minimum">What must stay in it, in the smallest unit; null for the rule of its kind.</param>
    /// <param name="Maximum">What it may hold at most; null for no such rule.</param>
    /// <param name="Reason">For the second officer and the auditor; no names of people.</param>
    public sealed record Request(Guid Id, string? Status, long? Minimum, long? Maximum, string? Reason);

    /// <param name="Waits">True when a second officer has to decide.</param>
    public sealed record Response(Guid Id, bool Waits);

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/ledger/accounts/{account:int}/changes", HandleAsync)
            .RequireAuthorization(Roles.CityStaff).Accepts<Request>("application/json")
            .WithName("AskForAccountChange").WithTags("Ledger");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        int account, HttpContext context, ClaimsPrincipal who, AccountChanges changes, Problems problems,
        CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        if (Words.StatusOf(request.Status) is not { } status)
            return problems.Bad("account_status_not_valid", "status");
        var outcome = await changes.AskAsync(who.PersonId(), new AccountChange(
            request.Id, new AccountId(account), status, request.Minimum, request.Maximum, request.Reason ?? ""),
            cancellation);
        if (outcome is AskOutcome.Waits or AskOutcome.Done)
            return TypedResults.Ok(new Response(request.Id, outcome == AskOutcome.Waits));
        var (code, http, field) = Explain(outcome);
        return problems.Of(http, code, field, AccountChange.ReasonMax);
    }

    /// <summary>How a refusal is told: code, status, the field at fault.</summary>
    public static (string Code, int Status, string? Field) Explain(AskOutcome outcome) => outcome switch
    {
        AskOutcome.IdNotValid => ("id_not_valid", 400, "id"),
        AskOutcome.ReasonNotValid => ("reason_not_valid", 400, "reason"),
        AskOutcome.AccountUnknown => ("account_unknown", 404, "account"),
        AskOutcome.BoundsNotValid => ("account_bounds_not_valid", 400, "minimum"),
        AskOutcome.IdAlreadyUsed => ("account_change_id_used", 409, "id"),
        AskOutcome.AccountIsClosed => ("account_is_closed", 409, "account"),
        AskOutcome.NothingChanges => ("account_is_so_already", 409, "status"),
        AskOutcome.AccountIsNotEmpty => ("account_is_not_empty", 409, "status"),
        AskOutcome.AnotherWaits => ("account_change_waits", 409, "account"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };
}
