using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Pass.Profile;
using CityLoop.Server.Pass.Recovery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>What officers send from the counter's pages; whatever they do, the person is told by letter.</summary>
static class CheckForms
{
    const int NameMax = 80;

    public static void Map(IEndpointRouteBuilder pages)
    {
        var counter = pages.MapGroup("/counter").RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        counter.MapPost("/checks", Record);
        counter.MapPost("/checks/approve", Approve);
        counter.MapPost("/checks/withdraw", Withdraw);
        counter.MapPost("/residence", ConfirmResidence);
    }

    static async Task<RedirectHttpResult> Record(
        [FromForm] Guid visit, [FromForm] string? purpose, [FromForm] string? document, [FromForm] string? number,
        [FromForm] string? name, ClaimsPrincipal officer, CounterSteps steps, CounterChecks checks,
        CounterChildren children, CancellationToken cancellation)
    {
        if (await steps.VisitAsync(visit, cancellation) is not { } found)
            return TypedResults.Redirect("/counter?problem=visit_over");
        var seen = (name ?? "").Trim();
        if (document == Documents.HouseholdRegister
            && (purpose == "recovery" || !await children.TakesRegisterAsync(found, cancellation)))
            return TypedResults.Redirect($"/counter/visits/{visit}?problem=register_of_children");
        if ((document != Documents.HouseholdRegister && !Documents.All.Contains(document))
            || seen.Length is 0 or > NameMax)
            return TypedResults.Redirect($"/counter/visits/{visit}?problem=check_incomplete");
        var noted = DocumentNumbers.Normalised(number);
        if (noted.Length > 0 && DocumentNumbers.FaultOf(document!, noted) is { } fault)
            return TypedResults.Redirect($"/counter/visits/{visit}?problem={fault}");
        var outcome = await checks.RecordAsync(
            officer.PersonId(), found, purpose == "recovery", document!, seen, noted.Length > 0 ? noted : null,
            cancellation);
        return TypedResults.Redirect(outcome == CheckOutcome.Done
            ? "/counter?done=recorded"
            : $"/counter/visits/{visit}?problem={ProblemOf(outcome)}");
    }

    static async Task<Results<RedirectHttpResult, RazorComponentResult>> Approve(
        [FromForm] Guid check, [FromForm] string? number, ClaimsPrincipal officer, CounterChecks checks,
        RecoveryCodes codes, Sessions sessions, LetterWriter letters, IConfiguration settings, CityClock clock,
        HttpRequest request, CancellationToken cancellation)
    {
        var (outcome, approved) = await checks.ApproveAsync(
            officer.PersonId(), check, DocumentNumbers.Normalised(number), cancellation);
        if (outcome != CheckOutcome.Done)
            return TypedResults.Redirect($"/counter?problem={ProblemOf(outcome)}");
        var person = approved!.Person;
        sessions.Refresh(person);
        if (approved.WaitsUntil is { } until)
        {
            var city = settings["Web:PublicAddress"] ?? $"{request.Scheme}://{request.Host}";
            await letters.TellAsync(
                person, Topic.Safety, approved.IsRecovery ? "recoveryWaits" : "identityWaits", CancellationToken.None,
                clock.DayOf(until), $"{city.TrimEnd('/')}{StopCheck.Link}/{approved.Stop}");
            return TypedResults.Redirect("/counter?done=waits");
        }

        var letter = approved.IsRecovery ? "counterRecovery" : "identityChecked";
        await letters.TellAsync(person, Topic.Safety, letter, CancellationToken.None);
        if (!approved.IsRecovery)
            return TypedResults.Redirect("/counter?done=approved");
        // Shown to this officer and never again: it is in no address and in no table.
        return await codes.HandOverAsync(person, check, CancellationToken.None) is { } code
            ? new RazorComponentResult<HandOver>(new { Code = code, approved.NameSeen })
            : TypedResults.Redirect("/counter?problem=decided_before");
    }

    static async Task<RedirectHttpResult> Withdraw(
        [FromForm] Guid check, ClaimsPrincipal officer, CounterChecks checks, RecoveryCodes codes, Sessions sessions,
        LetterWriter letters, CancellationToken cancellation)
    {
        var (outcome, withdrawn) = await checks.WithdrawAsync(officer.PersonId(), check, cancellation);
        if (outcome != CheckOutcome.Done)
            return TypedResults.Redirect($"/counter?problem={ProblemOf(outcome)}");
        if (withdrawn!.IsRecovery)
            await codes.TakeBackAsync(withdrawn.Person, CancellationToken.None);
        sessions.Refresh(withdrawn.Person);
        if (withdrawn.ApprovedAt is not null)
            await letters.TellAsync(withdrawn.Person, Topic.Safety, "identityWithdrawn", CancellationToken.None);
        return TypedResults.Redirect("/counter?done=withdrawn");
    }

    // A paper that says where somebody lives needs one pair of eyes: it opens no account and no pass.
    static async Task<RedirectHttpResult> ConfirmResidence(
        [FromForm] Guid visit, [FromForm] string? kind, [FromForm] string? district, ClaimsPrincipal officer,
        CounterSteps steps, Residences residences, NpgsqlDataSource database, CancellationToken cancellation)
    {
        if (await steps.VisitAsync(visit, cancellation) is not { } found)
            return TypedResults.Redirect("/counter?problem=visit_over");
        if (found.Person == officer.PersonId())
            return TypedResults.Redirect("/counter?problem=not_of_yourself");
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var seen = string.IsNullOrEmpty(district) ? null : district;
        if (!await residences.ConfirmAsync(connection, found.Person, kind, seen, officer.PersonId(), cancellation))
            return TypedResults.Redirect($"/counter/visits/{visit}?problem=residence_changed");
        await steps.LogAsync(
            connection, found.Person, officer.PersonId(), CounterStep.ResidenceConfirmed, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Redirect("/counter?done=residence");
    }

    static string ProblemOf(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.NotOfYourself => "not_of_yourself",
        CheckOutcome.NeverChecked => "never_checked",
        CheckOutcome.NumberMissing => "number_missing",
        CheckOutcome.DecidedBefore => "decided_before",
        CheckOutcome.NeedsAnotherOfficer => "needs_another_officer",
        CheckOutcome.TooManyNumbers => "too_many_numbers",
        CheckOutcome.NumbersDiffer => "numbers_differ",
        CheckOutcome.NumberNotTheirs => "number_not_theirs",
        CheckOutcome.DocumentOfAnother => "document_of_another",
        _ => "visit_over",
    };
}
