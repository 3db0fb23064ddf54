using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Shared;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.TopUps;

/// <summary>What officers send from the pages of top-ups.</summary>
static class ChangeTopUps
{
    public const string Page = "/counter/drawer";
    public const string Desk = "/desk/top-ups";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var counter = pages.MapGroup("/counter").RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        counter.MapPost("/top-ups", PayInAsync);
        counter.MapPost("/top-ups/back", AskBackAsync);
        counter.MapPost("/top-ups/decide", DecideAsync);
        counter.MapPost("/drawer/open", OpenAsync);
        counter.MapPost("/drawer/close", CloseAsync);
        counter.MapPost("/drawer/confirm", ConfirmAsync);
        var desk = pages.MapGroup(Desk).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        desk.MapPost("/ask", AskMatchAsync);
        desk.MapPost("/decide", DecideMatchAsync);
    }

    static async Task<RedirectHttpResult> PayInAsync(
        [FromForm] Guid visit, [FromForm] Guid id, [FromForm] string? amount, ClaimsPrincipal who,
        CounterTopUps topUps, CancellationToken cancellation)
    {
        Amounts.TryRead(amount, topUps.Currency.Scale, out var units);
        var outcome = await topUps.PayInAsync(who.PersonId(), visit, id, units, cancellation);
        return TypedResults.Redirect(outcome == TopUpOutcome.Done
            ? $"/counter/top-ups/{id}"
            : $"/counter/visits/{visit}/top-up?problem={CodeOf(outcome)}");
    }

    static async Task<RedirectHttpResult> AskBackAsync(
        [FromForm] Guid id, [FromForm] string? reason, ClaimsPrincipal who, CounterTopUps topUps,
        CancellationToken cancellation)
    {
        var outcome = await topUps.AskBackAsync(who.PersonId(), id, reason ?? "", cancellation);
        return TypedResults.Redirect(outcome == TopUpOutcome.Done
            ? $"{Page}?done=asked_back"
            : $"/counter/top-ups/{id}?problem={CodeOf(outcome)}");
    }

    static async Task<RedirectHttpResult> DecideAsync(
        [FromForm] Guid change, [FromForm] string? decision, ClaimsPrincipal who, CounterTopUps topUps,
        CancellationToken cancellation) =>
        Back("decided", await topUps.DecideAsync(who.PersonId(), change, decision == "approve", cancellation));

    static async Task<RedirectHttpResult> OpenAsync(
        [FromForm] string? opening, ClaimsPrincipal who, Drawers drawers, CounterTopUps topUps,
        CancellationToken cancellation) => ReadCash(opening, topUps.Currency.Scale) is { } cash
            ? Back("opened", await drawers.OpenAsync(who.PersonId(), cash, cancellation))
            : Back("", TopUpOutcome.AmountNotValid);

    static async Task<RedirectHttpResult> CloseAsync(
        [FromForm] string? counted, [FromForm] string? note, ClaimsPrincipal who, Drawers drawers,
        CounterTopUps topUps, CancellationToken cancellation)
    {
        var said = (note ?? "").Trim();
        if (ReadCash(counted, topUps.Currency.Scale) is not { } cash)
            return Back("", TopUpOutcome.AmountNotValid);
        if (said.Length > Drawers.NoteMax || said.Any(char.IsControl))
            return Back("", TopUpOutcome.ReasonMissing);
        return Back("closed", await drawers.CloseAsync(who.PersonId(), cash, said, cancellation));
    }

    static async Task<RedirectHttpResult> ConfirmAsync(
        [FromForm] Guid drawer, ClaimsPrincipal who, Drawers drawers, CancellationToken cancellation) =>
        Back("confirmed", await drawers.ConfirmAsync(who.PersonId(), drawer, cancellation));

    static async Task<RedirectHttpResult> AskMatchAsync(
        [FromForm] Guid entry, [FromForm] string? reference, ClaimsPrincipal who, HandMatches matches,
        CancellationToken cancellation)
    {
        var outcome = await matches.AskAsync(who.PersonId(), entry, reference, cancellation);
        return TypedResults.Redirect(
            outcome == TopUpOutcome.Done ? $"{Desk}?done=asked" : $"{Desk}?problem={CodeOf(outcome)}");
    }

    static async Task<RedirectHttpResult> DecideMatchAsync(
        [FromForm] Guid change, [FromForm] string? decision, ClaimsPrincipal who, HandMatches matches,
        CancellationToken cancellation)
    {
        var outcome = await matches.DecideAsync(who.PersonId(), change, decision == "approve", cancellation);
        return TypedResults.Redirect(
            outcome == TopUpOutcome.Done ? $"{Desk}?done=decided" : $"{Desk}?problem={CodeOf(outcome)}");
    }

    /// <summary>A drawer may be empty, other than a top-up.</summary>
    static long? ReadCash(string? typed, int scale) =>
        HalfWidth.Of(typed).Trim() == "0" ? 0 : Amounts.TryRead(typed, scale, out var units) ? units : null;

    public static string CodeOf(TopUpOutcome outcome) =>
        "top_up_" + JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    /// <summary>What an address may have a page say.</summary>
    public static bool IsProblem(string? code) =>
        Enum.GetValues<TopUpOutcome>().Any(o => o != TopUpOutcome.Done && CodeOf(o) == code);

    static RedirectHttpResult Back(string done, TopUpOutcome outcome) => TypedResults.Redirect(
        outcome == TopUpOutcome.Done ? $"{Page}?done={done}" : $"{Page}?problem={CodeOf(outcome)}");
}
