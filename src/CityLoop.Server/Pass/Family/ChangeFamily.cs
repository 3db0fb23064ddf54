using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Family;

/// <summary>What guardians send from their family's page.</summary>
static class ChangeFamily
{
    const string Page = "/me/family";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var family = pages.MapGroup(Page).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        family.MapPost("/children", Add);
        // Who is a guardian outlives every session: who finds a phone unlocked must bring in nobody and end nothing.
        family.MapPost("/guardians", Ask).AddEndpointFilter(new FreshSignIn(Page));
        family.MapPost("/end", End).AddEndpointFilter(new FreshSignIn(Page));
        family.MapPost("/withdraw", Withdraw);
        family.MapPost("/accept", Accept);
        family.MapPost("/decline", Decline);
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
        [FromForm] Guid child, [FromForm] string? contact, ClaimsPrincipal who, GuardianAsks asks, FamilyStore family,
        FamilyLetters letters, PersonStore people, CancellationToken cancellation)
    {
        var (person, to) = (new PersonId(child), Contact.Read(contact));
        var outcome = await asks.AskAsync(who.PersonId(), person, to, cancellation);
        if (outcome != AskOutcome.Done)
            return TypedResults.Redirect($"{Page}?problem={ProblemOf(outcome)}");
        foreach (var guardian in await family.GuardiansOfAsync(person, cancellation))
            await letters.TellAsync(guardian, "guardianProposed", person, to!.Masked());
        if (await people.OwnerOfAsync(to!, cancellation) is { } owner)
            await letters.TellAskedAsync(owner, who.PersonName(), person);
        return TypedResults.Redirect($"{Page}?done=asked");
    }

    static async Task<RedirectHttpResult> Accept(
        [FromForm] Guid child, ClaimsPrincipal who, GuardianAsks asks, FamilyStore family, FamilyLetters letters,
        CancellationToken cancellation)
    {
        var person = new PersonId(child);
        if (await asks.AcceptAsync(who.PersonId(), person, cancellation) is not { } ground)
            return TypedResults.Redirect($"{Page}?problem=not_their_child");
        if (ground == Grounds.Mandate)
        {
            await letters.TellBothAsync("representativeAdded", person, who.PersonId());
            return TypedResults.Redirect($"{Page}?done=represents");
        }

        foreach (var guardian in await family.GuardiansOfAsync(person, cancellation))
            await letters.TellAsync(guardian, "guardianAdded", person, who.PersonName());
        return TypedResults.Redirect($"{Page}?done=accepted");
    }

    static async Task<RedirectHttpResult> Decline(
        [FromForm] Guid child, ClaimsPrincipal who, GuardianAsks asks, CancellationToken cancellation)
    {
        await asks.EndAsync(who.PersonId(), new PersonId(child), cancellation);
        return TypedResults.Redirect($"{Page}?done=ended");
    }

    static async Task<RedirectHttpResult> Withdraw(
        [FromForm] Guid child, ClaimsPrincipal who, GuardianAsks asks, CancellationToken cancellation) =>
        await asks.EndAsync(who.PersonId(), new PersonId(child), cancellation)
            ? TypedResults.Redirect($"{Page}?done=withdrawn")
            : TypedResults.Redirect($"{Page}?problem=not_their_child");

    static async Task<RedirectHttpResult> End(
        [FromForm] Guid child, ClaimsPrincipal who, FamilyStore family, FamilyLetters letters,
        CancellationToken cancellation)
    {
        var person = new PersonId(child);
        var guardians = await family.GuardiansOfAsync(person, cancellation);
        if (!await family.EndAsync(who.PersonId(), person, cancellation))
            return TypedResults.Redirect($"{Page}?problem=last_guardian");
        foreach (var guardian in guardians)
            await letters.TellAsync(guardian, "guardianEnded", person, who.PersonName());
        return TypedResults.Redirect($"{Page}?done=ended");
    }

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
        outcome == FamilyOutcome.Done ? $"{Page}?done={done}" : $"{Page}?problem={ProblemOf(outcome)}");

    static string ProblemOf(FamilyOutcome outcome) => outcome switch
    {
        FamilyOutcome.NameNotValid => "child_name_not_valid",
        FamilyOutcome.BornNotValid => "born_not_valid",
        FamilyOutcome.TooOld => "child_is_grown_up",
        _ => "too_many_children",
    };

    static string ProblemOf(AskOutcome outcome) => outcome switch
    {
        AskOutcome.ContactNotUnderstood => "contact_not_understood",
        AskOutcome.ThatIsYourself => "guardian_is_you",
        AskOutcome.TooManyGuardians => "too_many_guardians",
        AskOutcome.TooManyAsks => "too_many_asks",
        _ => "not_their_child",
    };
}
