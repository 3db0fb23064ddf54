using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass;

/// <summary>A program asks for a one-time code for a contact; known and unknown contacts get the same answer.</summary>
static class SendCode
{
    public sealed record Request(string? Contact);

    /// <param name="Ticket">Goes back with the code; only who asked can try the code.</param>
    /// <param name="LifeSeconds">How long the code can be used.</param>
    public sealed record Response(string Ticket, int LifeSeconds);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/sign-in/code", Handle).AllowAnonymous().WithName("SendCode").WithTags("Pass");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Request request, CodeRoad road, Problems problems, HttpContext context)
    {
        var (outcome, ticket) = await road.SendAsync(context, request.Contact);
        if (outcome == SendOutcome.Sent)
            return TypedResults.Ok(new Response(ticket!, (int)OneTimeCodes.Life.TotalSeconds));
        var (status, code) = CodeRoad.ProblemOf(outcome);
        return problems.Of(status, code, status == 400 ? "contact" : null);
    }
}
