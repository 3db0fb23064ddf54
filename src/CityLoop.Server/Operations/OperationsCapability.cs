using CityLoop.Server.Operations.Import;

namespace CityLoop.Server.Operations;

/// <summary>What keeps the city running and lets its operator see that it does.</summary>
static class OperationsCapability
{
    public static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<DemoLife>()
        .AddSingleton<DemoRally>()
        .AddSingleton<SchemeStore>();

    public static void MapOperations(this IEndpointRouteBuilder app) => Health.Map(app.MapGroup("/health"));
}
