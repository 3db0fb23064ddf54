using System.Security.Claims;
using CityLoop.Server.Pass.Letters;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Contacts;

/// <summary>
/// A person adds a contact by proving it with a code, or removes one. Whoever could be reached until then is told.
/// </summary>
static class ChangeContacts
{
    const string Page = "/me/contacts";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var contacts = pages.MapGroup(Page).RequireAuthorization(Roles.Resident).ExcludeFromDescription()
            .AddEndpointFilter(new FreshSignIn(Page));
        contacts.MapPost("/add", Add);
        contacts.MapPost("/confirm", Confirm);
        contacts.MapPost("/remove", Remove);
        contacts.MapPost("/keep", Keep);
    }

    static async Task<RedirectHttpResult> Add([FromForm] string? contact, CodeRoad road, HttpContext context)
    {
        var (outcome, ticket) = await road.SendAsync(context, contact);
        if (outcome != SendOutcome.Sent)
            return TypedResults.Redirect($"{Page}?problem={CodeRoad.ProblemOf(outcome).Code}");
        road.Keep(context, contact!, ticket!, Page, CodeRoad.NewContact);
        return TypedResults.Redirect($"{Page}/code");
    }

    static async Task<RedirectHttpResult> Confirm(
        [FromForm] string? code, ClaimsPrincipal who, CodeRoad road, WaysIn waysIn, LetterWriter letters,
        Sessions sessions, HttpContext context)
    {
        if (road.Recall(context, CodeRoad.NewContact) is not { } asked)
            return TypedResults.Redirect(Page);
        var outcome = await road.ProveAsync(context, asked.Contact, asked.Ticket, code ?? "");
        if (outcome != CodeOutcome.Accepted)
            return TypedResults.Redirect($"{Page}/code?problem={CodeRoad.ProblemOf(outcome).Code}");
        CodeRoad.Forget(context, CodeRoad.NewContact);
        var added = await waysIn.AddContactAsync(
            who.PersonId(), asked.Contact, context.RequestAborted, who.SessionId());
        if (added != WayInOutcome.Done)
            return TypedResults.Redirect(
                added == WayInOutcome.SessionEnded ? Page : $"{Page}?problem=contact_taken");
        sessions.Refresh(who.PersonId());
        await letters.TellAsync(
            who.PersonId(), Topic.Safety, "contactAdded", CancellationToken.None, asked.Contact.Masked());
        return TypedResults.Redirect($"{Page}?done=added");
    }

    static async Task<RedirectHttpResult> Keep(
        [FromForm] string? contact, ClaimsPrincipal who, WaysIn waysIn, LetterWriter letters, Sessions sessions,
        CancellationToken cancellation)
    {
        if (Contact.Read(contact) is not { } kept || !await waysIn.KeepAsync(who.PersonId(), kept, cancellation))
            return TypedResults.Redirect(Page);
        sessions.Refresh(who.PersonId());
        await letters.TellAsync(who.PersonId(), Topic.Safety, "contactAdded", CancellationToken.None, kept.Masked());
        return TypedResults.Redirect($"{Page}?done=added");
    }

    static async Task<RedirectHttpResult> Remove(
        [FromForm] string? contact, ClaimsPrincipal who, WaysIn waysIn, LetterWriter letters, Sessions sessions,
        CancellationToken cancellation)
    {
        if (Contact.Read(contact) is not { } removed)
            return TypedResults.Redirect(Page);
        var outcome = await waysIn.RemoveContactAsync(who.PersonId(), removed, cancellation);
        if (outcome == WayInOutcome.LastWayIn)
            return TypedResults.Redirect($"{Page}?problem=last_way_in");
        if (outcome != WayInOutcome.Done)
            return TypedResults.Redirect(Page);
        sessions.Refresh(who.PersonId());
        await letters.TellAsync(
            who.PersonId(), Topic.Safety, "contactRemoved", removed, CancellationToken.None, removed.Masked());
        return TypedResults.Redirect($"{Page}?done=removed");
    }
}
