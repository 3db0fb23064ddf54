using System.Security.Claims;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CityLoop.Server.Pass.Cards;

/// <summary>
/// What officers do with cards at a counter; each step is written down, and the person told where they can be.
/// </summary>
sealed class CounterCards(
    CardStore cards, PersonStore people, CounterSteps steps, AccessLog log, LetterWriter letters,
    FamilyStore family, CounterChildren children, NpgsqlDataSource database, TimeProvider time)
{
    CardStore Cards => cards;

    FamilyStore Family => family;

    CounterSteps Steps => steps;

    CounterChildren Children => children;

    public static void Map(IEndpointRouteBuilder pages)
    {
        var counter = pages.MapGroup("/counter").RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        counter.MapPost("/cards/first", GiveFirst);
        counter.MapPost("/cards/decide", Decide);
        counter.MapPost("/cards/lost", ReportLost);
        counter.MapPost("/visits/{visit:guid}/cards", Bind);
    }

    /// <summary>Somebody without phone or e-mail gets a pass and its card in one step.</summary>
    static async Task<RedirectHttpResult> GiveFirst(
        [FromForm] string? serial, [FromForm] string? name, [FromForm] string? pin, [FromForm] string? again,
        ClaimsPrincipal officer, CounterCards counter, CancellationToken cancellation)
    {
        var called = (name ?? "").Trim();
        if (called.Length is 0 or > Person.NameMax)
            return Back(called.Length == 0 ? "name_missing" : "name_too_long");
        var wrong = PinProblem(pin, again);
        if (wrong is not null)
            return Back(wrong);
        return SerialOf(serial) is not { } number ? Back("card_unknown") : Back(
            await counter.GiveFirstAsync(officer.PersonId(), number, called, CardPin.Read(pin), cancellation));
    }

    static async Task<RedirectHttpResult> Bind(
        Guid visit, [FromForm] string? serial, ClaimsPrincipal officer, CounterCards counter,
        CancellationToken cancellation)
    {
        if (await counter.VisitOfAsync(visit, officer, cancellation) is not { } found)
            return TypedResults.Redirect("/counter?problem=visit_over");
        if (await counter.Children.NeedsCheckAsync(found, cancellation))
            return BackTo(visit, "card_needs_check", "");
        var outcome = SerialOf(serial) is { } number
            ? await counter.Cards.BindToAsync(officer.PersonId(), number, found.Person, isFirst: false, cancellation)
            : BindOutcome.CardUnknown;
        if (outcome == BindOutcome.WaitsForSecond)
            await counter.TellAsync(
                found.Person, officer.PersonId(), CounterStep.CardBound, "cardBound", serial, cancellation);
        return BackTo(visit, outcome == BindOutcome.WaitsForSecond ? null : ProblemOf(outcome), "bound");
    }

    static async Task<RedirectHttpResult> Decide(
        [FromForm] long serial, [FromForm] string? decision, [FromForm] string? pin, [FromForm] string? again,
        ClaimsPrincipal officer, CounterCards counter, CancellationToken cancellation)
    {
        if (await counter.Cards.FindAsync(serial, cancellation) is not { Person: { } person } card || card.IsInUse)
            return Back("card_nothing_waits");
        var (owner, me) = (new PersonId(person), officer.PersonId());
        // Nobody says yes or no to a card of their own, or of a child of theirs, in the officer's role; on their own
        // page they do.
        if (owner == me || await counter.Family.LooksAfterAsync(me, owner, cancellation))
            return Back("not_of_yourself");
        if (decision == "refuse")
        {
            if (!await counter.Cards.BlockAsync(serial, "refused", cancellation))
                return Back("card_nothing_waits");
            await counter.TellAsync(owner, me, CounterStep.CardRefused, "cardRefused", serial, cancellation);
            return TypedResults.Redirect("/counter/cards?done=refused");
        }

        if (PinProblem(pin, again) is { } wrong)
            return Back(wrong);
        if (CardPin.Read(pin) is not null && !await counter.Steps.IsHereAsync(owner, cancellation))
            return Back("card_pin_needs_visit");
        var outcome = await counter.Cards.ConfirmAsync(me, serial, cancellation);
        if (outcome != ConfirmOutcome.Confirmed)
            return Back(outcome == ConfirmOutcome.NeedsSecondOfficer ? "needs_another_officer" : "card_nothing_waits");
        await counter.TellAsync(owner, me, CounterStep.CardConfirmed, "cardConfirmed", serial, cancellation);
        if (CardPin.Read(pin) is { } chosen && await counter.Cards.SetPinAsync(serial, chosen, cancellation))
            await counter.TellAsync(owner, me, CounterStep.CardPinSet, "cardPinSet", serial, cancellation);
        return TypedResults.Redirect("/counter/cards?done=confirmed");
    }

    /// <summary>
    /// Whoever calls or comes with a card's number: a card that is blocked in vain is replaced, points are not.
    /// </summary>
    static async Task<RedirectHttpResult> ReportLost(
        [FromForm] string? serial, ClaimsPrincipal officer, CounterCards counter, CancellationToken cancellation)
    {
        if (SerialOf(serial) is not { } number
            || await counter.Cards.FindAsync(number, cancellation) is not { Person: { } person }
            || !await counter.Cards.BlockAsync(number, "lost", cancellation))
            return Back("card_unknown");
        await counter.TellAsync(
            new PersonId(person), officer.PersonId(), CounterStep.CardBlocked, "cardBlocked", number, cancellation);
        return TypedResults.Redirect("/counter/cards?done=blocked");
    }

    async Task<string?> GiveFirstAsync(
        PersonId officer, long serial, string name, string? pin, CancellationToken cancellation)
    {
        if (await cards.FindAsync(serial, cancellation) is not { Person: null, BlockedAt: null } card)
            return "card_taken";
        if (pin is not null && card.PrintedBy == officer.Value)
            return "card_pin_of_printer";
        var made = await people.MakeAsync(Guid.CreateVersion7(time.GetUtcNow()), "zh-TW", cancellation);
        var person = new PersonId(made.Id);
        await people.RenameAsync(person, name, made.Language, cancellation);
        var outcome = await cards.BindToAsync(officer, serial, person, isFirst: true, cancellation);
        if (outcome != BindOutcome.Bound)
            return ProblemOf(outcome);
        if (pin is not null)
            await cards.SetPinAsync(serial, pin, cancellation);
        await TellAsync(person, officer, CounterStep.CardBound, "cardBound", serial, cancellation);
        return null;
    }

    async Task<Visit?> VisitOfAsync(Guid visit, ClaimsPrincipal officer, CancellationToken cancellation) =>
        await steps.VisitAsync(visit, cancellation) is { } found && found.Person != officer.PersonId()
        && !await family.LooksAfterAsync(officer.PersonId(), found.Person, cancellation)
            ? found
            : null;

    async Task TellAsync(
        PersonId person, PersonId officer, CounterStep step, string letter, object? serial,
        CancellationToken cancellation)
    {
        var purpose = step is CounterStep.CardConfirmed or CounterStep.CardRefused
            ? OfficerPurposes.SecondOfficer
            : "card";
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await steps.LogAsync(connection, person, officer, step, cancellation);
            await log.WriteAsync(connection, OfficerView.Of(officer, person, purpose, ["cards"]), cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await letters.TellAsync(person, Topic.Safety, letter, cancellation, serial);
    }

    /// <summary>An empty field is no PIN yet; anything else must be one, typed the same twice.</summary>
    internal static string? PinProblem(string? pin, string? again) =>
        string.IsNullOrEmpty(pin) ? null
        : CardPin.Read(pin) is not { } read ? "card_pin_not_valid"
        : CardPin.Read(again) != read ? "card_pins_differ"
        : CardPin.IsTooSimple(read) ? "card_pin_too_simple"
        : null;

    static long? SerialOf(string? typed) =>
        long.TryParse(Shared.HalfWidth.Of(typed).Replace(" ", "", StringComparison.Ordinal), out var serial)
            ? serial : null;

    static string ProblemOf(BindOutcome outcome) => outcome switch
    {
        BindOutcome.CardTaken => "card_taken",
        BindOutcome.CardBlocked => "card_is_blocked",
        BindOutcome.NotOneself => "not_of_yourself",
        _ => "card_unknown",
    };

    static RedirectHttpResult Back(string? problem) =>
        TypedResults.Redirect(problem is null ? "/counter/cards?done=bound" : $"/counter/cards?problem={problem}");

    static RedirectHttpResult BackTo(Guid visit, string? problem, string done) => TypedResults.Redirect(
        $"/counter/visits/{visit}/cards?{(problem is null ? $"done={done}" : $"problem={problem}")}");
}
