using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass;

/// <summary>A program asks who is signed in.</summary>
static class ShowMe
{
    /// <param name="Level">How sure the city is: 0 self-asserted, 1 contact verified, 2 identity checked.</param>
    public sealed record Response(
        Guid Person, string Name, string Language, IReadOnlyList<string> Roles, int Level);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/me", Handle).RequireAuthorization(Roles.Resident).WithName("ShowMe").WithTags("Pass");

    static async Task<Ok<Response>> Handle(ClaimsPrincipal who, PersonStore people, CancellationToken cancellation)
    {
        var person = (await people.FindAsync(who.PersonId(), cancellation))!;
        return TypedResults.Ok(new Response(person.Id, person.Name, person.Language, person.Roles, (int)person.Level));
    }
}
