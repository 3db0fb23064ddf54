using CityLoop.Server.City;
using CityLoop.Server.Credentials.Entitlements;
using CityLoop.Server.Credentials.Identity;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Web;

namespace CityLoop.Server.Credentials;

/// <summary>No paper: offices certify, people agree, services get just that (docs/decisions/0054).</summary>
static class CredentialsCapability
{
    public static IServiceCollection AddCredentials(this IServiceCollection services, CityOptions options)
    {
        services.AddSingleton<OfficeStore>().AddSingleton<OfficeKeys>().AddSingleton<StatusLists>()
            .AddSingleton<Registers>().AddSingleton<RemoteOffices>().AddSingleton<OfficeChanges>()
            .AddSingleton<IssueCredential>();
        foreach (var table in OfficeTables.All)
            services.AddSingleton(table);
        services.AddSharing();
        services.AddSingleton<IdentitySources>().AddSingleton<IdentityRequests>().AddSingleton<EndedIdentities>()
            .AddHostedService<IdentityClock>()
            .AddSingleton(all => new AccessNames(
                AccessBy.Office, cancellation => NamesAsync(all.GetRequiredService<OfficeStore>(), cancellation)))
            .AddSingleton(all => new LevelRoad(ProveIdentity.Page, async cancellation =>
                (await all.GetRequiredService<IdentitySources>().AllAsync(cancellation)).Count > 0))
            .AddSingleton(new HeldTable("credentials.identity_request", AtErasure.Delete) { IsTold = false });
        return options.Demo
            ? services.AddSingleton(new DemoSeed(45, DemoOffices.PlantAsync))
                .AddSingleton(new DemoSeed(55, DemoPool.PlantAsync))
            : services;
    }

    public static void MapCredentials(this IEndpointRouteBuilder pages)
    {
        DecideOfficeChange.Map(pages);
        MakeFingerprints.Map(pages);
        ProveIdentity.Map(pages);
        foreach (var endpoint in ShowOffices.Map(pages))
            endpoint.AllowAnonymous().ExcludeFromDescription().WithMetadata(OpenToOtherSites.Everybody);
        pages.MapSharing();
    }

    static async Task<IReadOnlyDictionary<string, LocalNames>> NamesAsync(
        OfficeStore offices, CancellationToken cancellation) =>
        (await offices.AllAsync(cancellation)).ToDictionary(office => office.Code, office => office.Names);
}
