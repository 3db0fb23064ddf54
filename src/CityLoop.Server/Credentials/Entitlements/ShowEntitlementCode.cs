using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Credentials.Entitlements;

/// <summary>A person's phone asks for the code of this half minute.</summary>
static class ShowEntitlementCode
{
    /// <param name="Size">Side of the QR code's picture, in modules.</param>
    /// <param name="Path">The picture, as the path of an SVG.</param>
    /// <param name="SecondsLeft">Until the next code.</param>
    public sealed record Response(int Size, string Path, int SecondsLeft);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/me/proofs/{consent:guid}/code", HandleAsync).RequireAuthorization(Roles.Resident)
            .WithName("ShowEntitlementCode").WithTags("Credentials");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid consent, ClaimsPrincipal who, EntitlementCodes codes, Issuer issuer, Problems problems,
        HttpContext context)
    {
        if (await codes.FindAsync(who.PersonId(), consent, context.RequestAborted) is not var (found, need))
            return problems.NotFound("entitlement_over");
        var picture = QrPicture.Of(
            issuer.Of(context.Request) + CheckPage.AddressOf(need.Code, codes.Of(need, found.Id)));
        return TypedResults.Ok(new Response(picture.Size, picture.Path, codes.SecondsLeft));
    }
}
