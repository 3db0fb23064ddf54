using System.Security.Claims;
using CityLoop.Server.Pass.Letters;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Cards;

/// <summary>What a person does with their own cards from their own phone.</summary>
static class MyCards
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        var mine = pages.MapGroup("/me/cards").RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        mine.MapPost("/decide", Decide);
        mine.MapPost("/lost", ReportLost);
        mine.MapPost("/pin", SetPin);
    }

    static async Task<RedirectHttpResult> Decide(
        [FromForm] long serial, [FromForm] string? decision, ClaimsPrincipal who, CardStore cards,
        Sessions sessions, CancellationToken cancellation)
    {
        if (!await IsTheirsAsync(who, serial, cards, cancellation))
            return Back("problem=card_unknown");
        // Saying yes is half of what gives somebody a card to these points: it needs the person, not their phone.
        if (decision != "refuse" && !await sessions.IsFreshAsync(who.SessionId(), cancellation))
            return TypedResults.Redirect(FreshSignIn.AddressOf("/me/cards"));
        if (decision == "refuse")
            return Back(await cards.BlockAsync(serial, "refused", cancellation)
                ? "done=refused" : "problem=card_nothing_waits");
        return Back(await cards.ConfirmAsync(who.PersonId(), serial, cancellation) == ConfirmOutcome.Confirmed
            ? "done=confirmed" : "problem=card_nothing_waits");
    }

    static async Task<RedirectHttpResult> ReportLost(
        [FromForm] long serial, ClaimsPrincipal who, CardStore cards, LetterWriter letters,
        CancellationToken cancellation)
    {
        if (!await IsTheirsAsync(who, serial, cards, cancellation)
            || !await cards.BlockAsync(serial, "lost", cancellation))
            return Back("problem=card_unknown");
        await letters.TellAsync(who.PersonId(), Topic.Safety, "cardBlocked", cancellation, serial);
        return Back("done=blocked");
    }

    // A card outlives the session: who finds a phone unlocked must not be able to choose its PIN.
    static async Task<RedirectHttpResult> SetPin(
        [FromForm] long serial, [FromForm] string? pin, [FromForm] string? again, ClaimsPrincipal who, CardStore cards,
        Sessions sessions, LetterWriter letters, CancellationToken cancellation)
    {
        if (!await sessions.IsFreshAsync(who.SessionId(), cancellation))
            return TypedResults.Redirect("/sign-in?returnUrl=%2Fme%2Fcards");
        if ((CardPin.Read(pin) is null ? "card_pin_not_valid" : CounterCards.PinProblem(pin, again)) is { } wrong)
            return Back($"problem={wrong}");
        if (!await IsTheirsAsync(who, serial, cards, cancellation)
            || !await cards.SetPinAsync(serial, CardPin.Read(pin)!, cancellation))
            return Back("problem=card_unknown");
        await letters.TellAsync(who.PersonId(), Topic.Safety, "cardPinSet", cancellation, serial);
        return Back("done=pin");
    }

    static async Task<bool> IsTheirsAsync(
        ClaimsPrincipal who, long serial, CardStore cards, CancellationToken cancellation) =>
        await cards.FindAsync(serial, cancellation) is { } card && card.Person == who.PersonId().Value;

    static RedirectHttpResult Back(string query) => TypedResults.Redirect($"/me/cards?{query}");
}
