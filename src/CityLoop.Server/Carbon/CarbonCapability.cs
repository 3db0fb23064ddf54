using CityLoop.Server.City;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Carbon;

/// <summary>What people's trips saved: confirmed by partners, worked out by named rules, explained.</summary>
static class CarbonCapability
{
    const string OfTrips = "select id from carbon.trip where person = @person";

    public static IServiceCollection AddCarbon(this IServiceCollection services) => services
        .AddSingleton(all => CityRules.Load(all.GetRequiredService<CityPack>()))
        .AddSingleton<PartnerKeys>()
        .AddSingleton<RiderLinks>()
        .AddSingleton<TripBook>()
        .AddScoped<PartnerDoor>()
        .AddSingleton(new HeldTable("carbon.rider", AtErasure.Delete))
        .AddSingleton(new HeldTable("carbon.link_code", AtErasure.Delete) { Secret = ["digest"] })
        .AddSingleton(new HeldTable("carbon.trip", AtErasure.Unlink) { Names = ["rider", "trip"] })
        .AddSingleton(new HeldTable("carbon.saving", AtErasure.Keep)
        {
            Column = "trip", Via = OfTrips, Why = "the city's sum of savings; the trip is nobody's then",
        })
        .AddSingleton(new HeldTable("carbon.message", AtErasure.Keep)
        {
            Column = "trip", Via = OfTrips, Secret = ["digest"],
            Why = "the same message again counts once; the trip is nobody's then",
        })
        .AddSingleton(new DemoSeed(40, DemoTrips.PlantAsync));

    public static void MapCarbon(this IEndpointRouteBuilder pages)
    {
        // At the start of the server, so that a pack with a wrong factor does not open its doors.
        pages.ServiceProvider.GetRequiredService<CityRules>();
        var partners = pages.MapGroup("/api/v1/partners/{partner}").WithTags("Carbon");
        LinkRider.Map(partners);
        TakeTrip.Map(partners);
        EndLink.Map(pages);
    }
}
