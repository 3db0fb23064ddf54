namespace CityLoop.Server.Policies;

/// <summary>The city tries a policy on the twin before it funds it.</summary>
static class PoliciesCapability
{
    public static IServiceCollection AddPolicies(this IServiceCollection services) =>
        services.AddSingleton<PolicyTrials>();
}
