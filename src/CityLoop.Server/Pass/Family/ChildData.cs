using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Family;

/// <summary>
/// What a guardian does with the data of a small child, in the child's place: download all of it, have it erased.
/// </summary>
static class ChildData
{
    const string Family = "/me/family";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var family = pages.MapGroup(Family).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        family.MapGet("/{child:guid}/data.json", DownloadAsync).AddEndpointFilter(new FreshSignIn(Family));
        family.MapPost("/erase", AskAsync).AddEndpointFilter(new FreshSignIn(Family));
        family.MapPost("/keep", KeepAsync);
    }

    static async Task<Results<FileContentHttpResult, NotFound>> DownloadAsync(
        Guid child, ClaimsPrincipal who, FamilyStore family, MyData data, CancellationToken cancellation)
    {
        var (guardian, person) = (who.PersonId(), new PersonId(child));
        if (await family.SmallChildAsync(guardian, person, cancellation) is null)
            return TypedResults.NotFound();
        await family.NoteAsync(guardian, person, cancellation);
        return await data.FileOfAsync(person, "child-data.json", cancellation, guardian);
    }

    static async Task<RedirectHttpResult> AskAsync(
        [FromForm] Guid child, [FromForm] string? understood, ClaimsPrincipal who, ChildErasures children,
        FamilyStore family, FamilyLetters letters, Erasures erasures, CityClock clock, CancellationToken cancellation)
    {
        var person = new PersonId(child);
        if (understood != "yes")
            return TypedResults.Redirect($"{ChildPage.AddressOf(child)}?problem=erasure_not_understood");
        var outcome = await children.AskAsync(who.PersonId(), person, cancellation);
        if (outcome == ChildErasureOutcome.NotTheirChild)
            return TypedResults.Redirect($"{Family}?problem=not_their_child");
        var due = await erasures.DueAsync(person, cancellation);
        foreach (var guardian in await family.GuardiansOfAsync(person, CancellationToken.None))
            if (due is { } day)
                await letters.TellAsync(guardian, "childErasureAsked", person, clock.DayOf(day));
            else
                await letters.TellAsync(guardian, "childErasureProposed", person, who.PersonName());
        return TypedResults.Redirect($"{ChildPage.AddressOf(child)}?done={(due is null ? "proposed" : "asked")}");
    }

    static async Task<RedirectHttpResult> KeepAsync(
        [FromForm] Guid child, ClaimsPrincipal who, ChildErasures children, FamilyStore family, FamilyLetters letters,
        CancellationToken cancellation)
    {
        var person = new PersonId(child);
        if (await children.KeepAsync(who.PersonId(), person, cancellation))
            foreach (var guardian in await family.GuardiansOfAsync(person, CancellationToken.None))
                await letters.TellAsync(guardian, "childErasureTakenBack", person, who.PersonName());
        return TypedResults.Redirect($"{ChildPage.AddressOf(child)}?done=kept");
    }
}
