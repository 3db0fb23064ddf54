using CityLoop.Server.Web;

namespace CityLoop.Server.Merchants.Staff;

/// <summary>
/// Of which shop this device is the till, for somebody who works at several. It says no more than they chose: whether
/// they work there is looked up every time.
/// </summary>
static class TillCookie
{
    const string Name = "till";

    // A till stands for years; a year after its last choice it asks again.
    static readonly TimeSpan LastsFor = TimeSpan.FromDays(365);

    public static string? Read(HttpRequest request) => request.Cookies[CookieNames.On(request, Name)];

    public static void Write(HttpContext context, string shop) =>
        context.Response.Cookies.Append(CookieNames.On(context.Request, Name), shop, new CookieOptions
        {
            HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/",
            MaxAge = LastsFor, IsEssential = true,
        });
}
