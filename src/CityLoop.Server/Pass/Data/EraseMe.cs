using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass.Data;

/// <summary>A person asks to be erased, or takes it back within the week.</summary>
static class EraseMe
{
    const string Page = "/me/data";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var data = pages.MapGroup(Page).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        data.MapPost("/erase", Ask).AddEndpointFilter(new FreshSignIn(Page));
        data.MapPost("/keep", TakeBack);
    }

    static async Task<RedirectHttpResult> Ask(
        [FromForm] string? understood, ClaimsPrincipal who, Erasures erasures, LetterWriter letters, CityClock clock,
        CancellationToken cancellation)
    {
        if (understood != "yes")
            return TypedResults.Redirect($"{Page}?problem=erasure_not_understood");
        var outcome = await erasures.AskAsync(who.PersonId(), cancellation);
        if (outcome != ErasureOutcome.Asked)
            return TypedResults.Redirect(outcome == ErasureOutcome.HoldsARole
                ? $"{Page}?problem=hand_role_back" : $"{Page}?problem=looks_after_somebody");
        var due = (await erasures.DueAsync(who.PersonId(), cancellation))!.Value;
        await letters.TellAsync(
            who.PersonId(), Topic.Safety, "erasureAsked", CancellationToken.None, clock.DayOf(due));
        return TypedResults.Redirect($"{Page}?done=asked");
    }

    static async Task<RedirectHttpResult> TakeBack(
        ClaimsPrincipal who, Erasures erasures, LetterWriter letters, CancellationToken cancellation)
    {
        if (await erasures.TakeBackAsync(who.PersonId(), cancellation))
            await letters.TellAsync(who.PersonId(), Topic.Safety, "erasureTakenBack", CancellationToken.None);
        return TypedResults.Redirect($"{Page}?done=kept");
    }
}
