using System.Security.Claims;
using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Missions;

/// <summary>The same answer by the page's form; the page then shows what became of it, and can be reloaded.</summary>
static class AnswerSpotForm
{
    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost("/spots/{code}/answer", Handle).RequireAuthorization(Roles.Holder).ExcludeFromDescription();

    static async Task<RedirectHttpResult> Handle(
        string code, [FromForm] Guid id, [FromForm] string? mission, [FromForm] string? answer, ClaimsPrincipal who,
        SpotCodes codes, MissionCatalogue catalogue, MissionActs acts, CityClock clock, CancellationToken cancellation)
    {
        var page = $"/spots/{Uri.EscapeDataString(code)}";
        if (codes.Find(code) is not { } spot)
            return TypedResults.Redirect(page);
        var (found, activity) = catalogue.AtSpot(spot.Id, clock.Today)
            .FirstOrDefault(here => here.Mission.Id == mission);
        if (found is null)
            return TypedResults.Redirect(page);

        var told = await acts.TellAsync(
            who.PersonId(), who.Level(), id, found, activity.Id, spot.Id,
            int.TryParse(answer, out var choice) ? choice : null, cancellation);
        // Whatever was not kept (too soon, over, stamped before) shows on the page as it is opened.
        return TypedResults.Redirect(
            told.Refusal is null && told.Verdict is Verdict.Stamped or Verdict.AnswerWrong
                ? $"{page}?act={id}"
                : $"{page}?mission={Uri.EscapeDataString(found.Id)}");
    }
}
