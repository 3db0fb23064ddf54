using System.Security.Claims;
using CityLoop.Server.Pass.Contacts;
using CityLoop.Server.Pass.Letters;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Pass;

/// <summary>What a person changes on their own page by plain forms: passkeys, and where they are signed in.</summary>
static class ChangeMe
{
    public const int DeviceNameMax = 40;

    public static void Map(IEndpointRouteBuilder pages)
    {
        var me = pages.MapGroup("/me").RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        me.MapPost("/passkeys/name", RenamePasskey);
        me.MapPost("/passkeys/remove", RemovePasskey);
        me.MapPost("/sessions/name", NameSession);
        me.MapPost("/sessions/end", EndSession);
        me.MapPost("/sessions/end-others", EndOtherSessions);
        pages.MapPost("/sign-out", SignOut).RequireAuthorization(Roles.Holder).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> RenamePasskey(
        [FromForm] string? passkey, [FromForm] string? name, ClaimsPrincipal who, PersonStore people,
        CancellationToken cancellation)
    {
        var given = (name ?? "").Trim();
        if (ProblemOf(given) is { } problem)
            return TypedResults.Redirect($"/me/devices?problem={problem}");
        if (IdOf(passkey) is { } id)
            await people.RenamePasskeyAsync(who.PersonId(), id, given, cancellation);
        return TypedResults.Redirect("/me/devices#passkeys");
    }

    static async Task<RedirectHttpResult> RemovePasskey(
        [FromForm] string? passkey, ClaimsPrincipal who, WaysIn waysIn, LetterWriter letters,
        CancellationToken cancellation)
    {
        var outcome = IdOf(passkey) is { } id
            ? await waysIn.RemovePasskeyAsync(who.PersonId(), id, cancellation)
            : WayInOutcome.NotYours;
        if (outcome == WayInOutcome.LastWayIn)
            return TypedResults.Redirect("/me/devices?problem=last_way_in");
        if (outcome == WayInOutcome.Done)
            await letters.TellAsync(who.PersonId(), Topic.Safety, "passkeyRemoved", CancellationToken.None);
        return TypedResults.Redirect("/me/devices?done=passkey_removed");
    }

    static async Task<RedirectHttpResult> NameSession(
        [FromForm] Guid session, [FromForm] string? name, ClaimsPrincipal who, Sessions sessions,
        CancellationToken cancellation)
    {
        var given = (name ?? "").Trim();
        if (ProblemOf(given) is { } problem)
            return TypedResults.Redirect($"/me/devices?problem={problem}");
        await sessions.NameAsync(who.PersonId(), session, given, cancellation);
        return TypedResults.Redirect("/me/devices#sessions");
    }

    static async Task<RedirectHttpResult> EndSession(
        [FromForm] Guid session, ClaimsPrincipal who, Sessions sessions, CancellationToken cancellation)
    {
        await sessions.EndAsync(who.PersonId(), session, cancellation);
        return TypedResults.Redirect("/me/devices?done=session_ended");
    }

    static async Task<RedirectHttpResult> EndOtherSessions(
        ClaimsPrincipal who, Sessions sessions, CancellationToken cancellation)
    {
        await sessions.EndAllAsync(who.PersonId(), who.SessionId(), cancellation);
        return TypedResults.Redirect("/me/devices?done=sessions_ended");
    }

    static async Task<RedirectHttpResult> SignOut(HttpContext context, Sessions sessions)
    {
        await SessionAuthentication.SignOutAsync(context, sessions);
        return TypedResults.Redirect("/sign-in?done=signed_out");
    }

    /// <summary>Why a device is not called that; null when it is.</summary>
    static string? ProblemOf(string name) => name.Length switch
    {
        0 => "name_missing",
        > DeviceNameMax => "name_too_long",
        _ => null,
    };

    static byte[]? IdOf(string? key) =>
        key is { Length: > 0 and <= 2046 } && key.Length % 2 == 0 && key.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(key)
            : null;
}
