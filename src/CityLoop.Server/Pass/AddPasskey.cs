using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass;

/// <summary>A person who is signed in adds a passkey, so that next time a face or a finger is enough.</summary>
static class AddPasskey
{
    public sealed record Request(JsonElement Credential);

    public sealed record Response(string Name);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/me/passkeys/offer", Offer).RequireAuthorization(Roles.Resident)
            .WithName("OfferPasskey").WithTags("Pass").Produces<JsonElement>();
        api.MapPost("/me/passkeys", Handle).RequireAuthorization(Roles.Resident)
            .WithName("AddPasskey").WithTags("Pass");
    }

    static async Task<ContentHttpResult> Offer(
        ClaimsPrincipal who, Passkeys passkeys, PersonStore people, HttpContext context)
    {
        var person = await people.FindAsync(who.PersonId(), context.RequestAborted);
        return TypedResults.Content(await passkeys.OfferAsync(context, person!), "application/json");
    }

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Request request, ClaimsPrincipal who, Passkeys passkeys, PersonStore people, Problems problems,
        HttpContext context)
    {
        var person = await people.FindAsync(who.PersonId(), context.RequestAborted);
        var name = DeviceLabel.SystemOf(context.Request.Headers.UserAgent);
        var added = await passkeys.AddAsync(context, person!, request.Credential.ToString(), name);
        return added is null ? problems.Bad("passkey_not_added") : TypedResults.Ok(new Response(name));
    }
}
