using System.Security.Claims;

namespace CityLoop.Server.Web;

/// <summary>
/// Marks an endpoint that programs of other sites call, from servers and from browsers. No cookie counts there: who
/// asks is told by the request alone, so that no page can make somebody's browser act for them.
/// </summary>
/// <param name="Permits">Whether scripts of an origin may read the answer.</param>
sealed record OpenToOtherSites(Func<HttpContext, string, ValueTask<bool>> Permits)
{
    /// <summary>What is public anyway: every origin may read it.</summary>
    public static readonly OpenToOtherSites Everybody = new((_, _) => ValueTask.FromResult(true));
}

/// <summary>What other sites' programs may call, and whose scripts may read the answer (CORS).</summary>
static class OtherSites
{
    const string PreflightSeconds = "600";

    /// <summary>Behind routing and authentication, before the check for our own requests.</summary>
    public static void UseOtherSites(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToOtherSites>() is not { } open)
        {
            await next(context);
            return;
        }

        context.User = new ClaimsPrincipal(new ClaimsIdentity());
        await PermitAsync(context, open);
        if (HttpMethods.IsOptions(context.Request.Method))
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        else
            await next(context);
    });

    static async Task PermitAsync(HttpContext context, OpenToOtherSites open)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        headers.Append("Vary", "Origin");
        if (request.Headers.Origin is not [{ Length: > 0 } origin] || !await open.Permits(context, origin))
            return;
        // Never with credentials: a browser then neither sends our cookies nor lets the script see an answer to them.
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = "WWW-Authenticate, Retry-After";
        if (!HttpMethods.IsOptions(request.Method))
            return;
        headers.AccessControlAllowMethods = "GET, POST";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type";
        headers.AccessControlMaxAge = PreflightSeconds;
    }
}
