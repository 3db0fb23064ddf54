using System.Globalization;
using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Family;

/// <summary>
/// What people send about acting for one another when they are of age, on their family's page and at a counter.
/// </summary>
static class RepresentationForms
{
    const string Page = "/me/family";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var mine = pages.MapGroup($"{Page}/mandate").RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        mine.MapPost("", Ask).AddEndpointFilter(new FreshSignIn(Page));
        // There and then: who wants nobody to act for them any more is not asked to sign in again.
        mine.MapPost("/end", End);
        mine.MapPost("/step-back", StepBack);
        var counter = pages.MapGroup("/counter/representations").RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        counter.MapPost("", Record);
        counter.MapPost("/approve", Approve);
        counter.MapPost("/end", Withdraw);
    }

    static async Task<RedirectHttpResult> Ask(
        [FromForm] string? contact, [FromForm] string? lastDay, ClaimsPrincipal who, Mandates mandates,
        FamilyLetters letters, PersonStore people, CancellationToken cancellation)
    {
        var (me, to) = (who.PersonId(), Contact.Read(contact));
        var outcome = await mandates.AskAsync(me, to, DayIn(lastDay), cancellation);
        if (outcome != MandateOutcome.Done)
            return TypedResults.Redirect($"{Page}?problem={ProblemOf(outcome)}");
        await letters.TellAsync(new Guardian(me.Value, ""), "mandateProposed", me, to!.Masked());
        if (await people.OwnerOfAsync(to, cancellation) is { } owner)
            await letters.TellAsync(new Guardian(owner.Value, ""), "mandateAsked", me, "");
        return TypedResults.Redirect($"{Page}?done=asked");
    }

    static Task<RedirectHttpResult> End(
        [FromForm] Guid representative, ClaimsPrincipal who, Mandates mandates, FamilyLetters letters,
        CancellationToken cancellation) =>
        EndAsync(who.PersonId(), new PersonId(representative), mandates, letters, cancellation);

    static Task<RedirectHttpResult> StepBack(
        [FromForm] Guid person, ClaimsPrincipal who, Mandates mandates, FamilyLetters letters,
        CancellationToken cancellation) =>
        EndAsync(new PersonId(person), who.PersonId(), mandates, letters, cancellation);

    static async Task<RedirectHttpResult> EndAsync(
        PersonId person, PersonId representative, Mandates mandates, FamilyLetters letters,
        CancellationToken cancellation)
    {
        if (!await mandates.EndAsync(person, representative, cancellation))
            return TypedResults.Redirect($"{Page}?problem=not_a_mandate");
        await letters.TellBothAsync("representativeEnded", person, representative);
        return TypedResults.Redirect($"{Page}?done=ended");
    }

    static async Task<RedirectHttpResult> Record(
        [FromForm] Guid visit, [FromForm] string? code, [FromForm] string? ground, [FromForm] string? lastDay,
        ClaimsPrincipal officer, CounterSteps steps, FindPerson search, CounterRepresentations representations,
        CityClock clock, CancellationToken cancellation)
    {
        if (await steps.VisitAsync(visit, cancellation) is not { } found)
            return TypedResults.Redirect("/counter?problem=visit_over");
        string To(string problem) => $"/counter/visits/{visit}?problem={problem}";
        if (ground is null || !Grounds.AtTheCounter.Contains(ground))
            return TypedResults.Redirect(To("representation_ground"));
        if (DayIn(lastDay) is not { } day || !Grounds.IsLastDay(ground, day, clock.Today))
            return TypedResults.Redirect(To("last_day_not_valid"));
        var (taken, representative) = await search.TakeCodeAsync(officer.PersonId(), code, cancellation);
        if (taken != FindPerson.Outcome.Found)
            return TypedResults.Redirect(To(
                taken == FindPerson.Outcome.TooManyTries ? "too_many_searches" : "representative_not_found"));
        var outcome = await representations.RecordAsync(
            officer.PersonId(), found, representative, ground, day, cancellation);
        return TypedResults.Redirect(
            outcome == RepresentationOutcome.Done ? "/counter?done=recorded" : To(ProblemOf(outcome)));
    }

    static async Task<RedirectHttpResult> Approve(
        [FromForm] Guid check, ClaimsPrincipal officer, CounterRepresentations representations, FamilyLetters letters,
        CancellationToken cancellation)
    {
        var (outcome, done, ended) = await representations.ApproveAsync(officer.PersonId(), check, cancellation);
        if (done is null)
            return TypedResults.Redirect($"/counter?problem={ProblemOf(outcome)}");
        await letters.TellBothAsync(
            "representativeAdded", new PersonId(done.Person), new PersonId(done.Representative));
        await letters.TellEndedAsync(new PersonId(done.Person), ended);
        return TypedResults.Redirect("/counter?done=approved");
    }

    static async Task<RedirectHttpResult> Withdraw(
        [FromForm] Guid check, ClaimsPrincipal officer, CounterRepresentations representations, FamilyLetters letters,
        CancellationToken cancellation)
    {
        var (outcome, done) = await representations.WithdrawAsync(officer.PersonId(), check, cancellation);
        if (done is null)
            return TypedResults.Redirect($"/counter?problem={ProblemOf(outcome)}");
        if (done.ApprovedAt is not null)
            await letters.TellBothAsync(
                "representativeEnded", new PersonId(done.Person), new PersonId(done.Representative));
        return TypedResults.Redirect("/counter?done=withdrawn");
    }

    static DateOnly? DayIn(string? typed) => DateOnly.TryParseExact(
        typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    static string ProblemOf(MandateOutcome outcome) => outcome switch
    {
        MandateOutcome.NotOfAge => "mandate_not_of_age",
        MandateOutcome.LastDayNotValid => "last_day_not_valid",
        MandateOutcome.ContactNotUnderstood => "contact_not_understood",
        MandateOutcome.ThatIsYourself => "representative_is_you",
        MandateOutcome.TooMany => "too_many_representatives",
        _ => "too_many_asks",
    };

    static string ProblemOf(RepresentationOutcome outcome) => outcome switch
    {
        RepresentationOutcome.NotOfYourself => "not_of_yourself",
        RepresentationOutcome.SamePerson => "representative_is_you",
        RepresentationOutcome.NotChecked => "representative_not_checked",
        RepresentationOutcome.NotOfAge => "mandate_not_of_age",
        RepresentationOutcome.TooMany => "too_many_representatives",
        RepresentationOutcome.DecidedBefore => "decided_before",
        RepresentationOutcome.NeedsAnotherOfficer => "needs_another_officer",
        _ => "visit_over",
    };
}
