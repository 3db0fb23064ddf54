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
/// A child's pass begins without contact, card or phone, so no officer finds it by itself: they come to it from the
/// visit of a guardian who brought the child. Who is old enough to use the pass is found so only while they have no
/// contact of their own, until a year after they came of age.
/// </summary>
sealed class CounterChildren(
    NpgsqlDataSource database, CityPack city, CityClock clock, CounterSteps steps, AccessLog log, OfficerView view,
    FamilyStore family)
{
    /// <summary>So long after the age of majority who was a guardian still leads to the pass.</summary>
    public const int YearsAfterMajority = 1;

    DateOnly AdultSince => clock.Today.AddYears(-city.Family.Majority);

    // Who uses a pass themselves comes to a counter as themselves.
    DateOnly OwnSince => clock.Today.AddYears(-city.Family.ActsUntil);

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost("/counter/visits/{visit:guid}/children", Open).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();

    /// <summary>Those to whose passes this guardian leads, the oldest first.</summary>
    public async Task<IReadOnlyList<Child>> OfAsync(PersonId guardian, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Child>(new CommandDefinition(
            """
            select c.id, c.name, c.born, true as is_accepted
            from pass.guardianship g join pass.person c on c.id = g.child
            where g.guardian = @guardian and g.ground = 'child' and g.accepted_at is not null and g.ended_at is null
              and (c.born > @OwnSince
                or c.born > @foundSince and not exists (select from pass.contact o where o.person = c.id))
            order by c.born, c.id
            """,
            new { guardian = guardian.Value, OwnSince, foundSince = AdultSince.AddYears(-YearsAfterMajority) },
            cancellationToken: cancellation))];
    }

    /// <summary>
    /// Whether a card has to wait for two officers who have seen a document: guardians do not act any more for who is
    /// old enough, so whoever led to the pass says nothing about who stands there.
    /// </summary>
    public async Task<bool> NeedsCheckAsync(Visit visit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return visit.IsThroughGuardian && await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select born <= @OwnSince and pass.level_of(id) < 2 from pass.person where id = @person",
            new { person = visit.Person.Value, OwnSince }, cancellationToken: cancellation));
    }

    /// <summary>Whether a household register may serve as the document: of a child beside its guardian.</summary>
    public async Task<bool> TakesRegisterAsync(Visit visit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return visit.IsThroughGuardian && await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select born > @AdultSince from pass.person where id = @person",
            new { person = visit.Person.Value, AdultSince }, cancellationToken: cancellation));
    }

    /// <summary>A visit of the child's own; a problem's name where there is none.</summary>
    async Task<(string? Problem, Guid Visit)> OpenAsync(
        PersonId officer, Visit guardian, PersonId child, CancellationToken cancellation)
    {
        // A grandparent's visit leads to the child, and no further.
        if (guardian.IsThroughGuardian
            || (await OfAsync(guardian.Person, cancellation)).All(one => one.Id != child.Value))
            return ("child_of_another", default);
        if (officer == child || (await family.GuardiansOfAsync(child, cancellation)).Any(g => g.Id == officer.Value))
            return ("not_of_yourself", default);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var visit = await steps.LogAsync(
            connection, child, officer, CounterStep.FoundByGuardian, cancellation, guardian.Purpose);
        await log.WriteAsync(
            connection, OfficerView.Of(officer, child, guardian.Purpose, ["that_you_are_here"]), cancellation);
        await transaction.CommitAsync(cancellation);
        await view.TellAsync(child);
        return (null, visit);
    }

    static async Task<RedirectHttpResult> Open(
        Guid visit, [FromForm] Guid child, ClaimsPrincipal officer, CounterSteps steps, CounterChildren children,
        CancellationToken cancellation)
    {
        var me = officer.PersonId();
        if (await steps.VisitAsync(visit, cancellation) is not { } guardian || guardian.Person == me)
            return TypedResults.Redirect("/counter?problem=visit_over");
        var (problem, opened) = await children.OpenAsync(me, guardian, new PersonId(child), cancellation);
        return TypedResults.Redirect(problem is null
            ? $"/counter/visits/{opened}"
            : $"/counter/visits/{visit}/children?problem={problem}");
    }
}
