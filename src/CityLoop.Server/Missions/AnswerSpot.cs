using System.Security.Claims;
using System.Text.Json;
using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Missions;

/// <summary>A person who stands at a spot and has scanned its code answers the question there.</summary>
static class AnswerSpot
{
    /// <param name="Id">Made by the caller; sent again with the same content it gets the same answer.</param>
    /// <param name="Mission">Which mission, where several share the spot; else the first one that is open.</param>
    /// <param name="Answer">The chosen answer, counted from 1.</param>
    public sealed record Request(Guid Id, string? Mission, int? Answer);

    /// <param name="Sentence">What to tell the person: "2 of 3 stamps, 1 to go".</param>
    public sealed record Response(
        Guid Id, string Mission, string Activity, string Sentence, IReadOnlyList<Points> Points,
        IReadOnlyList<Entries> Tickets);

    /// <param name="Outcome"><c>paid</c>, <c>budget_is_dry</c>, or <c>open</c>: they follow in a moment.</param>
    /// <param name="Sentence">Why, for the person.</param>
    public sealed record Points(string Reward, long Amount, string Currency, string Outcome, string Sentence);

    public sealed record Entries(string Reward, string Draw, int Count);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/spots/{code}/answers", Handle).RequireAuthorization(Roles.Holder).WithName("AnswerSpot")
            .WithTags("Missions");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        string code, Request request, ClaimsPrincipal who, SpotCodes codes, MissionCatalogue catalogue,
        MissionActs acts, CityClock clock, CityPack city, Sentences sentences, Problems problems,
        CancellationToken cancellation)
    {
        if (codes.Find(code) is not { } spot)
            return problems.NotFound("spot_code_unknown", "code");
        var here = catalogue.AtSpot(spot.Id, clock.Today)
            .Where(found => request.Mission is null || found.Mission.Id == request.Mission).ToList();
        if (here.Count == 0)
            return problems.NotFound("no_mission_at_spot", "mission");

        var (mission, activity) = here[0];
        var answer = await acts.TellAsync(
            who.PersonId(), who.Level(), request.Id, mission, activity.Id, spot.Id, request.Answer, cancellation);
        if (answer.Refusal is { } refusal)
            return refusal == ActRefusal.IdIsEmpty
                ? problems.Bad("id_missing", "id")
                : problems.Refused("id_used_with_other_content", "id");
        if (answer.Verdict != Verdict.Stamped)
            return Refused(answer.Verdict, sentences.Say(answer.Explanation!));
        return TypedResults.Ok(new Response(
            request.Id, mission.Id, activity.Id, sentences.Say(answer.Explanation!),
            [
                .. answer.Payments.Select(payment => new Points(
                    payment.Reward, payment.Amount, city.Currency(new(payment.Currency)).Code,
                    JsonNamingPolicy.SnakeCaseLower.ConvertName(payment.Outcome.ToString()), sentences.Say(payment))),
            ],
            [.. answer.Tickets.Select(ticket => new Entries(ticket.Reward, ticket.Draw, ticket.Count))]));
    }

    // The sentence is the evaluator's own, the same that the page shows.
    static ProblemHttpResult Refused(Verdict verdict, string sentence)
    {
        var status = verdict == Verdict.AnswerMissing ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict;
        var code = JsonNamingPolicy.SnakeCaseLower.ConvertName(verdict.ToString());
        var extensions = new Dictionary<string, object?> { ["code"] = code };
        if (verdict is Verdict.AnswerMissing or Verdict.AnswerWrong)
            extensions["field"] = "answer";
        return TypedResults.Problem(
            detail: sentence, statusCode: status, title: ReasonPhrases.GetReasonPhrase(status), extensions: extensions);
    }
}
