using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Web.Languages;

/// <summary>A person chooses the language of the pages; the browser remembers it for a year.</summary>
static class ChooseLanguage
{
    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost("/language", Handle).AllowAnonymous().ExcludeFromDescription();

    static RedirectHttpResult Handle([FromForm] string language, [FromForm] string? returnUrl, HttpContext context)
    {
        if (TextCatalogue.Languages.Contains(language))
            Remember(context, language);
        return TypedResults.Redirect(LocalAddress.Or(returnUrl, "/"));
    }

    public static void Remember(HttpContext context, string language) => context.Response.Cookies.Append(
        LanguageSetup.CookieName,
        CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)),
        new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(365),
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            IsEssential = true,
        });
}
