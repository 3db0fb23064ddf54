using CityLoop.Server.City;
using CityLoop.Server.Web.Errors;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Web;

/// <summary>Puts the city's capabilities together into the one web application.</summary>
static class CityApplication
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddCity(builder.Configuration["city"] ?? CityCapability.DefaultFolder);
        builder.Services.AddRazorComponents();
        builder.Services.AddLanguages();
        builder.Services.AddScoped<Problems>();
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton<Files>();

        var app = builder.Build();
        app.UseLanguages();
        app.UseErrorPages();
        app.UseAntiforgery();
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = app.Services.GetRequiredService<Files>().Provider,
            OnPrepareResponse = sent => sent.Context.Response.Headers.CacheControl =
                sent.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache",
        });
        ChooseLanguage.Map(app);
        app.MapRazorComponents<App>();
        return app;
    }
}
