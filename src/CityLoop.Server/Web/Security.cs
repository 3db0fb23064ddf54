using CityLoop.Server.Pass;
using CityLoop.Server.Web.Errors;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;

namespace CityLoop.Server.Web;

/// <summary>What keeps every page and every call safe, in one place. SECURITY.md says against what.</summary>
static class Security
{
    /// <summary>
    /// Calls that change something and carry the pass cookie carry this header too. A page of another site cannot add
    /// it: the browser asks us first, and we permit no other site. Any value will do, but our pages say in it for whom
    /// they were drawn, and a call from one that was drawn for somebody else is refused.
    /// </summary>
    public const string ApiHeader = "X-CityLoop";

    /// <summary>The largest request body; the largest form here is a name.</summary>
    public const long BodyBytesMax = 1 << 20;

    public const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        + "base-uri 'none'";

    // The till and the citizen scan codes; nothing else of the device is asked for.
    const string DevicePolicy =
        "camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), geolocation=(), "
        + "microphone=(), payment=(), usb=(), serial=(), midi=(), display-capture=()";

    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
        });
        builder.Services.Configure<FormOptions>(form =>
        {
            form.ValueCountLimit = 200;
            form.ValueLengthLimit = 64 * 1024;
            form.MultipartBodyLengthLimit = BodyBytesMax;
        });
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddAntiforgery(tokens => tokens.SuppressXFrameOptionsHeader = true);
        builder.Services.AddOptions<AntiforgeryOptions>().Configure<IHttpContextAccessor>((tokens, here) =>
            tokens.Cookie = new CookieNames.OfForms(here, "form")
            {
                HttpOnly = true,
                // Lax: arriving by a link must not make the forms of the other tabs invalid.
                SameSite = SameSiteMode.Lax,
                SecurePolicy = CookieSecurePolicy.SameAsRequest,
                Path = "/",
                IsEssential = true,
            });
        // What carries no decision of its own is closed to everybody.
        var authorization = builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build());
        foreach (var role in Roles.All)
            authorization.AddPolicy(role, policy => policy.RequireRole(role));
        authorization.AddPolicy(Roles.Holder, policy => policy.RequireRole(Roles.Resident, Roles.Represented));
    }

    /// <summary>Before everything that answers.</summary>
    public static void UseSecurityHeaders(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.Use((context, next) =>
        {
            // At the start of the answer, because the error handler wipes what was set before.
            context.Response.OnStarting(WriteHeaders, context);
            return next(context);
        });
    }

    /// <summary>
    /// Behind routing and authentication: what changes something must come from our own pages or programs. Forms
    /// carry the antiforgery token, without exception; calls of the API carry <see cref="ApiHeader"/>.
    /// </summary>
    public static void UseOwnRequestsOnly(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            if (await RefusalOfAsync(context) is { } refusal)
                await ErrorPages.AnswerAsync(context, StatusCodes.Status400BadRequest, refusal);
            else
                await next(context);
        });
        app.UseAntiforgery();
    }

    static async Task<string?> RefusalOfAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Method is "GET" or "HEAD" or "OPTIONS")
            return null;
        // There no cookie counts, so there is nothing that another site could do in somebody's name.
        if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToOtherSites>() is not null)
            return null;
        // Every current browser says where a request comes from, and no page can forge it.
        if (request.Headers["Sec-Fetch-Site"] is [{ } site, ..] && site is not ("same-origin" or "none"))
            return "wrong_origin";
        if (ErrorPages.IsForPrograms(request.Path))
            return !request.Cookies.ContainsKey(CookieNames.On(request, SessionAuthentication.CookieName)) ? null
                : !request.Headers.TryGetValue(ApiHeader, out var said) ? "wrong_origin"
                : Guid.TryParse(said, out var drawnFor)
                    && context.User.FindPersonId() is { } here && here.Value != drawnFor ? "page_out_of_date"
                : null;
        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>();
        try
        {
            return await tokens.IsRequestValidAsync(context) ? null : "page_out_of_date";
        }
        catch (AntiforgeryValidationException)
        {
            // The form itself cannot be read: a broken escape, or a field longer than any of ours.
            return "request_not_understood";
        }
    }

    /// <summary>
    /// Behind routing, before authorization: an address that nobody maps is not there, and a wrong method or content
    /// type is just that, for anybody. Else the rule that closes what says nothing would send readers to the door.
    /// </summary>
    public static void UseNotFound(this WebApplication app) =>
        app.Use((context, next) => context.GetEndpoint() switch
        {
            null => Refuse(context, StatusCodes.Status404NotFound),
            RouteEndpoint => next(context),
            // Routing's own answers (405, 415) are endpoints without a route.
            var answer => answer.RequestDelegate!(context),
        });

    static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    static Task WriteHeaders(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = DevicePolicy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        // Files set their own; whatever else we answer is somebody's own business.
        var isPage = context.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true;
        if (isPage || headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
