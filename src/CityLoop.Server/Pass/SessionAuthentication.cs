using System.Security.Claims;
using System.Text.Encodings.Web;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CityLoop.Server.Pass;

/// <summary>Tells who asks by the session key in the cookie, and sends who must sign in to the door.</summary>
sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, Sessions sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "session";
    public const string CookieName = "pass";

    // Longer than any session may idle; the table decides, not the cookie.
    static readonly TimeSpan CookieAge = TimeSpan.FromDays(90);

    /// <summary>
    /// Begins a session for a person who has just proved who they are, and ends the one this browser had: a key that
    /// somebody else may have put there must not become theirs. False when their contact or passkey lets nobody in any
    /// more.
    /// </summary>
    public static async Task<bool> SignInAsync(
        HttpContext context, Sessions sessions, Person person, SignInMethod method, Contact? by = null,
        byte[]? passkey = null)
    {
        var before = OwnerOf(context.User);
        var sessionBefore = before is null ? (Guid?)null : context.User.SessionId();
        var key = await sessions.BeginAsync(
            new PersonId(person.Id), DeviceLabel.Of(context.Request.Headers.UserAgent), method, sessionBefore,
            context.RequestAborted, by, passkey);
        if (key is null)
            return false;
        // After the new one has begun: what services were given under the old one must not find it ended between.
        if (before is not null)
            await sessions.EndAsync(before.Value, sessionBefore!.Value, context.RequestAborted);
        if (before is not null && before.Value.Value != person.Id)
            ForgetKept(context);
        context.Response.Cookies.Append(CookieNames.On(context.Request, CookieName), key, Cookie(context, CookieAge));
        return true;
    }

    /// <summary>
    /// The browser forgets pages and pictures that it kept for the person who was here. What scripts keep stays: the
    /// city's key that a phone has once seen, and a payment that a till has yet to hear of, are the device's.
    /// </summary>
    static void ForgetKept(HttpContext context) => context.Response.Headers["Clear-Site-Data"] = "\"cache\"";

    /// <summary>Ends this browser's session.</summary>
    public static async Task SignOutAsync(HttpContext context, Sessions sessions)
    {
        await sessions.EndAsync(OwnerOf(context.User)!.Value, context.User.SessionId(), context.RequestAborted);
        ForgetKept(context);
        context.Response.Cookies.Delete(CookieNames.On(context.Request, CookieName), Cookie(context, null));
    }

    // Who acts for a child does it in a session of their own.
    static PersonId? OwnerOf(ClaimsPrincipal who) => who.GuardianId() ?? who.FindPersonId();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[CookieNames.On(Request, CookieName)] is not { Length: > 0 } key)
            return AuthenticateResult.NoResult();
        return await sessions.FindAsync(key, Context.RequestAborted) is { } principal
            ? AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName))
            : AuthenticateResult.Fail("The session has ended.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (ErrorPages.IsForPrograms(Request.Path))
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        // What a form carried is gone after signing in, so only a page is worth coming back to.
        var back = HttpMethods.IsGet(Request.Method) ? Request.Path + Request.QueryString : "/";
        Response.Redirect("/sign-in" + QueryString.Create("returnUrl", back));
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    // Lax, not Strict: who follows a shop's printed code or a letter's link must arrive signed in. Every request that
    // changes something is checked besides (Web/Security.cs).
    static CookieOptions Cookie(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, MaxAge = age,
        IsEssential = true, Path = "/",
    };
}
