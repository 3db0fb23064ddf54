using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass.Letters;
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

    // A passkey outlives every session: who finds a phone unlocked must not be able to leave one behind.
    static async Task<Results<ContentHttpResult, ProblemHttpResult>> Offer(
        ClaimsPrincipal who, Passkeys passkeys, PersonStore people, Sessions sessions, Problems problems,
        HttpContext context)
    {
        if (!await sessions.IsFreshAsync(who.SessionId(), context.RequestAborted))
            return SignInAgain(problems);
        var person = await people.FindAsync(who.PersonId(), context.RequestAborted);
        return TypedResults.Content(await passkeys.OfferAsync(context, person!), "application/json");
    }

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Request request, ClaimsPrincipal who, Passkeys passkeys, PersonStore people, Sessions sessions,
        LetterWriter letters, Problems problems, HttpContext context)
    {
        if (!await sessions.IsFreshAsync(who.SessionId(), context.RequestAborted))
            return SignInAgain(problems);
        var person = await people.FindAsync(who.PersonId(), context.RequestAborted);
        var name = DeviceLabel.SystemOf(context.Request.Headers.UserAgent);
        var added = await passkeys.AddAsync(context, person!, request.Credential.ToString(), name);
        if (added is not null)
            await letters.TellAsync(who.PersonId(), Topic.Safety, "passkeyAdded", CancellationToken.None, name);
        return added is null ? problems.Bad("passkey_not_added") : TypedResults.Ok(new Response(name));
    }

    static ProblemHttpResult SignInAgain(Problems problems) =>
        problems.Of(StatusCodes.Status403Forbidden, "sign_in_again");
}
