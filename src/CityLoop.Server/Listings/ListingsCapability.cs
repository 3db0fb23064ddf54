namespace CityLoop.Server.Listings;

/// <summary>The public directory of shops: search, map, shopping streets.</summary>
static class ListingsCapability
{
    public static IServiceCollection AddListings(this IServiceCollection services) =>
        services.AddSingleton<StreetResults>();
}
