using CityLoop.Server.Shared;

namespace CityLoop.Server.City;

/// <summary>The city that this server serves.</summary>
static class CityCapability
{
    /// <summary>The demo city's pack, which lies beside the sources and beside a published program.</summary>
    public static string DefaultFolder => Path.Combine(Checkout.Root, "cities", "demo");

    /// <summary>Reads the pack at once, so that a server with a broken city does not start.</summary>
    public static IServiceCollection AddCity(this IServiceCollection services, string folder) =>
        services.AddSingleton(CityPack.Load(folder)).AddSingleton<CityClock>();
}
