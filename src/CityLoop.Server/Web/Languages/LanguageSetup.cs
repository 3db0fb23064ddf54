using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace CityLoop.Server.Web.Languages;

/// <summary>Chooses the language: the person's choice (cookie), else what the browser asks for, else zh-TW.</summary>
static class LanguageSetup
{
    public const string CookieName = "language";

    /// <summary>The languages, each called as its speakers call it.</summary>
    public static readonly IReadOnlyList<(string Language, string Name)> OwnNames =
        [("zh-TW", "中文"), ("en", "English"), ("ja", "日本語")];

    public static void AddLanguages(this IServiceCollection services)
    {
        services.AddSingleton(_ => new TextCatalogue());
        services.AddHttpContextAccessor();
        services.AddScoped<Texts>();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            var cultures = TextCatalogue.Languages.Select(CultureInfo.GetCultureInfo).ToList();
            options.DefaultRequestCulture = new RequestCulture("zh-TW");
            options.SupportedCultures = cultures;
            options.SupportedUICultures = cultures;
            options.RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider { QueryStringKey = "language", UIQueryStringKey = "language" },
                new CookieRequestCultureProvider { CookieName = CookieName },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    public static void UseLanguages(this WebApplication app) => app.UseRequestLocalization();
}
