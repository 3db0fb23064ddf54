using System.Text.Encodings.Web;
using System.Text.Unicode;
using CityLoop.Server.Accounts;
using CityLoop.Server.Carbon;
using CityLoop.Server.City;
using CityLoop.Server.Credentials;
using CityLoop.Server.Gifts;
using CityLoop.Server.Insights;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Listings;
using CityLoop.Server.Merchants;
using CityLoop.Server.Missions;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass;
using CityLoop.Server.Policies;
using CityLoop.Server.Proofs;
using CityLoop.Server.Shared;
using CityLoop.Server.SignOn;
using CityLoop.Server.TopUps;
using CityLoop.Server.Vouchers;
using CityLoop.Server.Wallets;
using CityLoop.Server.Web.Errors;
using CityLoop.Server.Web.Languages;
using Microsoft.Extensions.WebEncoders;

namespace CityLoop.Server.Web;

/// <summary>Puts the city's capabilities together into the one web application.</summary>
static class CityApplication
{
    /// <summary>The city with its pages, ready to start.</summary>
    public static WebApplication Build(
        CityOptions options, Database database, TimeProvider time, ILoggerFactory logs)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(CityApplication).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseUrls(options.Urls);
        builder.AddSecurity();
        options = options with
        {
            Pass = builder.Configuration.GetSection("Pass").Get<PassOptions>() ?? options.Pass,
            Seals = builder.Configuration.GetSection("Seals").Get<SealOptions>() ?? options.Seals,
        };
        AddServices(builder.Services, options, database, time);

        var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseLanguages();
        app.UseErrorPages();
        app.UseFiles();
        app.UseRouting();
        app.UseNotFound();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UsePageQueries();
        app.UseOtherSites();
        app.UseOwnRequestsOnly();
        app.UseReadableText();
        app.UseOutputCache();
        MapCapabilities(app);
        ApiDescription.Map(app);
        ChooseLanguage.Map(app);
        app.MapRazorComponents<App>();
        return app;
    }

    /// <summary>Everything that works without pages too, for the operator's verbs.</summary>
    public static void AddServices(
        IServiceCollection services, CityOptions options, Database database, TimeProvider time)
    {
        services.AddSingleton(options);
        services.AddSingleton(time);
        services.AddSingleton(database);
        services.AddSingleton(database.Source);
        services.AddCity(options.CityFolder);
        AddCapabilities(services, options);
        services.AddRazorComponents();
        services.AddLanguages();
        // Chinese and Japanese go out as they are: a page of numbered entities is three times as heavy.
        services.Configure<WebEncoderOptions>(encoders =>
            encoders.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddScoped<Problems>();
        services.AddProblemDetails();
        services.AddApiDescription();
        services.AddFiles();
        services.AddSingleton(new OpenStreams(OpenStreams.Most, OpenStreams.MostOfPerson));
    }

    /// <summary>
    /// One line for each capability; the ledger first, because the others' services post at their start.
    /// </summary>
    static void AddCapabilities(IServiceCollection services, CityOptions options)
    {
        services.AddLedger();
        services.AddAccounts();
        services.AddCarbon();
        services.AddCredentials(options);
        services.AddGifts();
        services.AddInsights();
        services.AddListings();
        services.AddMerchants();
        services.AddMissions();
        services.AddOperations();
        services.AddPass(options);
        services.AddPolicies();
        services.AddProofs();
        services.AddSignOn(options);
        services.AddTopUps();
        services.AddVouchers();
        services.AddWallets();
    }

    /// <summary>One line for each capability that has endpoints, in alphabetical order.</summary>
    static void MapCapabilities(IEndpointRouteBuilder app)
    {
        app.MapAccounts();
        app.MapCarbon();
        app.MapCredentials();
        app.MapGifts();
        app.MapInsights();
        app.MapMerchants();
        app.MapMissions();
        app.MapOperations();
        app.MapPass();
        app.MapProofs();
        app.MapSignOn();
        app.MapTopUps();
        app.MapVouchers();
        app.MapWallets();
    }
}
