using System.Security.Claims;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>
/// Somebody at a counter wants nobody to act for them any more, and perhaps fears the one who does: one officer ends
/// the mandate, as its giver could on their own page. Whoever had it gets the letter that every end writes. Nothing
/// says to them that it was at a counter, or why.
/// </summary>
sealed class CounterMandates(
    NpgsqlDataSource database, Mandates mandates, FamilyStore family, CounterSteps steps, AccessLog log,
    Sessions sessions)
{
    /// <summary>None of them speaks of fear: whoever has the person's phone may read them.</summary>
    public static readonly IReadOnlyList<string> Reasons = ["own_wish", "recorded_wrongly"];

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost("/counter/mandates/end", End).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();

    /// <summary>Ends a mandate of the person of the visit; a problem's name where there is none to end.</summary>
    public async Task<string?> EndAsync(
        PersonId officer, Visit visit, PersonId representative, string? reason, CancellationToken cancellation)
    {
        if (officer == visit.Person || officer == representative
            || await family.LooksAfterAsync(officer, visit.Person, cancellation))
            return "not_of_yourself";
        if (!Reasons.Contains(reason))
            return "reason_missing";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await mandates.EndAsync(connection, visit.Person, representative, cancellation))
            return "no_mandate";
        await steps.LogAsync(
            connection, visit.Person, officer, CounterStep.RepresentativeEnded, cancellation, reason: reason);
        await log.WriteAsync(
            connection, OfficerView.Of(officer, visit.Person, visit.PurposeOf(officer), ["representatives"]),
            cancellation);
        await transaction.CommitAsync(cancellation);
        sessions.Refresh(representative);
        return null;
    }

    static async Task<RedirectHttpResult> End(
        [FromForm] Guid visit, [FromForm] Guid representative, [FromForm] string? reason, ClaimsPrincipal officer,
        CounterSteps steps, CounterMandates mandates, FamilyLetters letters, CancellationToken cancellation)
    {
        if (await steps.VisitAsync(visit, cancellation) is not { } found)
            return TypedResults.Redirect("/counter?problem=visit_over");
        var other = new PersonId(representative);
        if (await mandates.EndAsync(officer.PersonId(), found, other, reason, cancellation) is { } problem)
            return TypedResults.Redirect($"/counter/visits/{visit}?problem={problem}");
        await letters.TellBothAsync("representativeEnded", found.Person, other);
        return TypedResults.Redirect($"/counter/visits/{visit}?done=mandate_ended");
    }
}
