using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Accounts;

/// <summary>A second officer approves or refuses what the first one asked of an account.</summary>
static class DecideChange
{
    /// <param name="Approve">False to refuse; who asked may so take it back.</param>
    public sealed record Request(bool Approve);

    public sealed record Response(Guid Id, bool Approved);

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/ledger/accounts/changes/{id:guid}/decision", HandleAsync)
            .RequireAuthorization(Roles.CityStaff).Accepts<Request>("application/json")
            .WithName("DecideAccountChange").WithTags("Ledger");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, HttpContext context, ClaimsPrincipal who, AccountChanges changes, Problems problems,
        CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        var outcome = await changes.DecideAsync(who.PersonId(), id, request.Approve, cancellation);
        if (outcome is DecideOutcome.Approved or DecideOutcome.Refused)
            return TypedResults.Ok(new Response(id, outcome == DecideOutcome.Approved));
        var (code, status) = Explain(outcome);
        return problems.Of(status, code);
    }

    /// <summary>How a refusal is told: code and status.</summary>
    public static (string Code, int Status) Explain(DecideOutcome outcome) => outcome switch
    {
        DecideOutcome.ChangeUnknown => ("account_change_unknown", 404),
        DecideOutcome.AlreadyDecided => ("account_change_decided", 409),
        DecideOutcome.NeedsSecondOfficer => ("needs_second_officer", 403),
        DecideOutcome.AccountIsClosed => ("account_is_closed", 409),
        DecideOutcome.AccountIsNotEmpty => ("account_is_not_empty", 409),
        DecideOutcome.BoundsNotValid => ("account_bounds_not_valid", 409),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };
}
