using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Levels;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>
/// One guardian does not remove the other one: a court's word or the family register does, and two officers who have
/// seen it carry it out. Each says the same about the same visit, within half an hour; the second one's word ends it.
/// </summary>
sealed class CounterGuardians(
    NpgsqlDataSource database, CityClock clock, FamilyStore family, CounterSteps steps, AccessLog log,
    Sessions sessions)
{
    /// <summary>What an officer has seen.</summary>
    public static readonly IReadOnlyList<string> Reasons = ["court_order", "register"];

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost("/counter/visits/{visit:guid}/guardians/end", End).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();

    /// <summary>Who is a guardian of a child beside the one before the officer; null when nobody.</summary>
    public async Task<Guardian?> OtherAsync(PersonId guardian, PersonId child, CancellationToken cancellation)
    {
        var guardians = await family.GuardiansOfAsync(child, cancellation);
        return guardians.Any(one => one.Id == guardian.Value)
            ? guardians.FirstOrDefault(one => one.Id != guardian.Value)
            : null;
    }

    /// <summary>An officer's word; answers whom it removed, a problem's name, or neither for the first word.</summary>
    public async Task<(Guardian? Removed, string? Problem)> EndAsync(
        PersonId officer, Visit visit, PersonId child, string? reason, CancellationToken cancellation)
    {
        if (visit.IsThroughGuardian || await OtherAsync(visit.Person, child, cancellation) is not { } other)
            return (null, "no_other_guardian");
        if (officer == visit.Person || await family.LooksAfterAsync(officer, child, cancellation))
            return (null, "not_of_yourself");
        if (!Reasons.Contains(reason))
            return (null, "reason_missing");
        var now = clock.Now.ToUniversalTime();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Both officers may press at once: the second sees what the first did.
        await FamilyStore.LockAsync(connection, transaction, child, cancellation);
        var ended = await connection.ExecuteAsync(
            """
            update pass.guardianship g set ended_at = @now
            where g.child = @child and g.guardian = @other and g.ground = 'child' and g.ended_at is null
              and exists (
                select from pass.counter_step c
                where c.person = @visited and c.child = @child and c.step = 'GuardianEndRecorded' and c.reason = @reason
                  and c.officer <> @officer and c.at > @since and c.at >= g.accepted_at)
              and exists (
                select from pass.guardianship o where o.child = @child and o.guardian = @visited
                  and o.ground = 'child' and o.ended_at is null)
            """,
            new
            {
                child = child.Value, other = other.Id, visited = visit.Person.Value, officer = officer.Value, reason,
                now, since = now - CounterChecks.ApproveWithin,
            }, transaction) == 1;
        // Until it has ended nothing stands under the child: the other one reads it there, and may be feared.
        foreach (var person in ended ? [child, visit.Person] : new[] { visit.Person })
        {
            await steps.LogAsync(
                connection, person, officer, ended ? CounterStep.GuardianEnded : CounterStep.GuardianEndRecorded,
                cancellation, reason: reason, at: now, child: person == child ? null : child);
            await log.WriteAsync(
                connection, OfficerView.Of(officer, person, visit.PurposeOf(officer), ["representatives"]),
                cancellation);
        }

        await transaction.CommitAsync(cancellation);
        sessions.Refresh(new PersonId(other.Id));
        return (ended ? other : null, null);
    }

    static async Task<RedirectHttpResult> End(
        Guid visit, [FromForm] Guid child, [FromForm] string? reason, ClaimsPrincipal officer, CounterSteps steps,
        CounterGuardians guardians, FamilyStore family, FamilyLetters letters, CancellationToken cancellation)
    {
        if (await steps.VisitAsync(visit, cancellation) is not { } found)
            return TypedResults.Redirect("/counter?problem=visit_over");
        var person = new PersonId(child);
        var told = await family.GuardiansOfAsync(person, cancellation);
        var (removed, problem) = await guardians.EndAsync(officer.PersonId(), found, person, reason, cancellation);
        if (removed is not null)
            foreach (var guardian in told)
                await letters.TellAsync(guardian, "guardianEnded", person, removed.Name);
        var answer = problem is not null ? $"problem={problem}"
            : removed is null ? "done=guardian_recorded"
            : "done=guardian_ended";
        return TypedResults.Redirect($"/counter/visits/{visit}/children?{answer}");
    }
}
