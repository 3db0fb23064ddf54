namespace CityLoop.Server.Web;

/// <summary>
/// What the city's cookies are called. Over HTTPS their names begin with <c>__Host-</c>: a browser takes such a cookie
/// from this very host over HTTPS only (RFC 6265bis), so neither a neighbour under the same domain nor somebody on the
/// line can plant one. It demands <c>Secure</c> and the path <c>/</c>. The demo on plain HTTP goes without.
/// </summary>
static class CookieNames
{
    const string Prefix = "__Host-";

    public static string On(HttpRequest request, string name) => request.IsHttps ? Prefix + name : name;

    /// <summary>The antiforgery cookie, whose name the framework asks for request by request.</summary>
    public sealed class OfForms(IHttpContextAccessor here, string name) : CookieBuilder
    {
        public override string? Name
        {
            get => here.HttpContext is { } context ? On(context.Request, name) : name;
            set => throw new NotSupportedException("The name follows the request.");
        }
    }
}
