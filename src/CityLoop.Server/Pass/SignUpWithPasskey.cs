using System.Text.Json;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass;

/// <summary>
/// Somebody without e-mail and phone, a visitor from abroad, gets a pass with a passkey alone. The person is made when
/// the passkey is there, not before: an offer that nobody takes leaves nothing behind.
/// </summary>
static class SignUpWithPasskey
{
    public sealed record Request(JsonElement Credential);

    /// <param name="Address">Where the browser goes on.</param>
    public sealed record Response(Guid Person, string Address);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/sign-up/passkey/offer", Offer).AllowAnonymous().WithName("OfferSignUp").WithTags("Pass")
            .Produces<JsonElement>();
        api.MapPost("/sign-up/passkey", Handle).AllowAnonymous().WithName("SignUpWithPasskey").WithTags("Pass");
    }

    static async Task<Results<ContentHttpResult, ProblemHttpResult>> Offer(
        Passkeys passkeys, AddressLimits limits, Problems problems, HttpContext context) =>
        limits.Allows(context.Connection.RemoteIpAddress)
            ? TypedResults.Content(await passkeys.OfferNewAsync(context), "application/json")
            : problems.Of(StatusCodes.Status429TooManyRequests, "too_many_requests");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Request request, Passkeys passkeys, Sessions sessions, Texts texts, Problems problems, HttpContext context)
    {
        var name = DeviceLabel.SystemOf(context.Request.Headers.UserAgent);
        if (await passkeys.TakeNewAsync(context, request.Credential.ToString(), name, texts.Language) is not { } person)
            return problems.Bad("passkey_not_added");
        await SessionAuthentication.SignInAsync(context, sessions, person, SignInMethod.Passkey);
        return TypedResults.Ok(new Response(person.Id, "/welcome"));
    }
}
