using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass;

/// <summary>A program asks who is signed in.</summary>
static class ShowMe
{
    public sealed record Response(Guid Person, string Name, string Language, IReadOnlyList<string> Roles);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/me", Handle).RequireAuthorization(Roles.Resident).WithName("ShowMe").WithTags("Pass");

    static async Task<Ok<Response>> Handle(ClaimsPrincipal who, PersonStore people, CancellationToken cancellation)
    {
        var person = (await people.FindAsync(who.PersonId(), cancellation))!;
        return TypedResults.Ok(new Response(person.Id, person.Name, person.Language, person.Roles));
    }
}
