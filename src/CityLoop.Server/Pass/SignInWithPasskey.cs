using System.Text.Json;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass;

/// <summary>A person signs in with a passkey: the browser asks for a challenge, the passkey answers it.</summary>
static class SignInWithPasskey
{
    public sealed record Request(JsonElement Credential, string? ReturnUrl);

    /// <param name="Address">Where the browser goes on.</param>
    public sealed record Response(string Address);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/sign-in/passkey/challenge", Ask).AllowAnonymous().WithName("AskForPasskey").WithTags("Pass")
            .Produces<JsonElement>();
        api.MapPost("/sign-in/passkey", Handle).AllowAnonymous().WithName("SignInWithPasskey").WithTags("Pass");
    }

    static async Task<ContentHttpResult> Ask(Passkeys passkeys, HttpContext context) =>
        TypedResults.Content(await passkeys.AskAsync(context), "application/json");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Request request, Passkeys passkeys, Sessions sessions, Problems problems, HttpContext context)
    {
        // No limit per contact or address stands here: a passkey cannot be guessed, and its owner always gets in.
        if (await passkeys.AnswerAsync(context, request.Credential.ToString()) is not (var person, var passkey)
            || !await SessionAuthentication.SignInAsync(
                context, sessions, person, SignInMethod.Passkey, passkey: passkey))
            return problems.Bad("passkey_not_accepted");
        return TypedResults.Ok(new Response(LocalAddress.Or(request.ReturnUrl, "/")));
    }
}
