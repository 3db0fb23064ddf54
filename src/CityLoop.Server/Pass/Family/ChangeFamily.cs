using System.Globalization;
using System.Security.Claims;
using CityLoop.Server.Pass.Letters;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Family;

/// <summary>What guardians send from their family's page.</summary>
static class ChangeFamily
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        var family = pages.MapGroup("/me/family").RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        family.MapPost("/children", Add);
        family.MapPost("/guardians", Ask);
        family.MapPost("/accept", Accept);
        family.MapPost("/end", End);
        family.MapPost("/act", Act);
        pages.MapPost("/me/family/back", GoBack).RequireAuthorization(Roles.Holder).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> Add(
        [FromForm] string? name, [FromForm] string? born, ClaimsPrincipal who, FamilyStore family,
        CancellationToken cancellation)
    {
        DateOnly? day = DateOnly.TryParseExact(
            born, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read : null;
        return Back(await family.AddAsync(who.PersonId(), name, day, cancellation), "added");
    }

    static async Task<RedirectHttpResult> Ask(
        [FromForm] Guid child, [FromForm] string? contact, ClaimsPrincipal who, FamilyStore family,
        LetterWriter letters, PersonStore people, CancellationToken cancellation)
    {
        var outcome = await family.AskAsync(
            who.PersonId(), new PersonId(child), Contact.Read(contact), cancellation);
        if (outcome == FamilyOutcome.Done)
        {
            var named = (await people.FindAsync(new PersonId(child), cancellation))!.Name;
            foreach (var asked in (await family.GuardiansOfAsync(new PersonId(child), cancellation))
                .Where(guardian => !guardian.IsAccepted))
                await letters.TellAsync(
                    new PersonId(asked.Id), Topic.Safety, "guardianAsked", cancellation, who.PersonName(), named);
        }

        return Back(outcome, "asked");
    }

    static async Task<RedirectHttpResult> Accept(
        [FromForm] Guid child, ClaimsPrincipal who, FamilyStore family, CancellationToken cancellation) =>
        Back(await family.AcceptAsync(who.PersonId(), new PersonId(child), cancellation)
            ? FamilyOutcome.Done : FamilyOutcome.NotTheirChild, "accepted");

    static async Task<RedirectHttpResult> End(
        [FromForm] Guid child, ClaimsPrincipal who, FamilyStore family, CancellationToken cancellation) =>
        await family.EndAsync(who.PersonId(), new PersonId(child), cancellation)
            ? TypedResults.Redirect("/me/family?done=ended")
            : TypedResults.Redirect("/me/family?problem=last_guardian");

    static async Task<RedirectHttpResult> Act(
        [FromForm] Guid child, ClaimsPrincipal who, FamilyStore family, CancellationToken cancellation) =>
        await family.ActForAsync(who.PersonId(), who.SessionId(), new PersonId(child), cancellation)
            ? TypedResults.Redirect("/")
            : TypedResults.Redirect("/me/family?problem=not_their_child");

    static async Task<RedirectHttpResult> GoBack(
        ClaimsPrincipal who, FamilyStore family, CancellationToken cancellation)
    {
        if (who.GuardianId() is { } guardian)
            await family.EndActingAsync(guardian, who.SessionId(), cancellation);
        return TypedResults.Redirect("/me/family");
    }

    static RedirectHttpResult Back(FamilyOutcome outcome, string done) => TypedResults.Redirect(
        outcome == FamilyOutcome.Done ? $"/me/family?done={done}" : $"/me/family?problem={ProblemOf(outcome)}");

    static string ProblemOf(FamilyOutcome outcome) => outcome switch
    {
        FamilyOutcome.NameNotValid => "child_name_not_valid",
        FamilyOutcome.BornNotValid => "born_not_valid",
        FamilyOutcome.TooOld => "child_is_grown_up",
        FamilyOutcome.TooManyChildren => "too_many_children",
        FamilyOutcome.GuardianUnknown => "guardian_unknown",
        FamilyOutcome.ThatIsYourself => "guardian_is_you",
        FamilyOutcome.IsThereAlready => "guardian_is_there",
        FamilyOutcome.TooManyGuardians => "too_many_guardians",
        _ => "not_their_child",
    };
}
