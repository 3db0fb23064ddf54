using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// A person approves with a passkey: the challenge is made for this request, these words and this person, and its
/// answer counts for nothing else.
/// </summary>
static class ApproveRequest
{
    /// <param name="Notice">The fingerprint of what stood on the page.</param>
    public sealed record Question(string Notice);

    public sealed record Request(string Notice, JsonElement Credential);

    /// <param name="Address">Where the browser goes on.</param>
    public sealed record Response(string Address);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/share/{request}/challenge", AskAsync).RequireAuthorization(Roles.Resident)
            .WithName("AskToApproveRequest").WithTags("Credentials").Produces<JsonElement>();
        api.MapPost("/share/{request}/approval", HandleAsync).RequireAuthorization(Roles.Resident)
            .WithName("ApproveRequest").WithTags("Credentials");
    }

    static async Task<Results<ContentHttpResult, ProblemHttpResult>> AskAsync(
        string request, Question question, ClaimsPrincipal who, GiveConsent give, PersonStore people,
        Passkeys passkeys, Problems problems, HttpContext context)
    {
        var (open, problem) = await OpenAsync(request, question.Notice, who, give, problems, context);
        if (open is null)
            return problem!;
        var person = await people.FindAsync(who.PersonId(), context.RequestAborted);
        return TypedResults.Content(
            await passkeys.AskToConfirmAsync(context, person!, WhatOf(open)), "application/json");
    }

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string request, Request answer, ClaimsPrincipal who, GiveConsent give, PersonStore people,
        Passkeys passkeys, Issuer issuer, Texts texts, Problems problems, HttpContext context)
    {
        var (open, problem) = await OpenAsync(request, answer.Notice, who, give, problems, context);
        if (open is null)
            return problem!;
        var person = await people.FindAsync(who.PersonId(), context.RequestAborted);
        if (await passkeys.ConfirmAsync(context, person!, WhatOf(open), answer.Credential.ToString())
            is not { } passkey)
            return problems.Bad("share_passkey_not_accepted");
        // From here on it is done to its end, whether the browser waits for it or not.
        var (address, refusal) = await give.GiveAsync(
            open, who.PersonId(), passkey.CredentialId, texts.Language, issuer.Of(context.Request),
            CancellationToken.None);
        return address is null
            ? problems.Refused(refusal!.Code, null, refusal.Office?[texts.Language])
            : TypedResults.Ok(new Response(address));
    }

    static async Task<(OpenRequest? Open, ProblemHttpResult? Problem)> OpenAsync(
        string request, string notice, ClaimsPrincipal who, GiveConsent give, Problems problems, HttpContext context)
    {
        if (await give.OpenAsync(request, context.RequestAborted) is not { } open)
            return (null, problems.NotFound("share_request_over"));
        if ((int)who.Level() < open.Need.LevelMin)
            return (null, problems.Of(StatusCodes.Status403Forbidden, "identity_check_needed"));
        // Only what stood on the page is agreed to.
        return open.Notice.Fingerprint == notice
            ? (open, null)
            : (null, problems.Refused("page_out_of_date"));
    }

    static string WhatOf(OpenRequest open) => $"share {open.Name} {open.Notice.Fingerprint}";
}
