using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass;

/// <summary>A program signs a person in with the code that reached them; the session is in the cookie.</summary>
static class SignInWithCode
{
    public sealed record Request(string? Contact, string? Ticket, string? Code);

    public sealed record Response(Guid Person, bool IsNew);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/sign-in", Handle).AllowAnonymous().WithName("SignInWithCode").WithTags("Pass");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Request request, CodeRoad road, Problems problems, HttpContext context)
    {
        if (Contact.Read(request.Contact) is not { } contact)
            return problems.Bad("contact_not_understood", "contact");
        var (outcome, person, isNew) = await road.SignInAsync(
            context, contact, request.Ticket ?? "", request.Code ?? "");
        if (outcome == CodeOutcome.Accepted)
            return TypedResults.Ok(new Response(person!.Id, isNew));
        var (status, code) = CodeRoad.ProblemOf(outcome);
        return problems.Of(status, code, "code");
    }
}
