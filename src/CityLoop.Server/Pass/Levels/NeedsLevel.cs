using Microsoft.AspNetCore.Authorization;

namespace CityLoop.Server.Pass.Levels;

/// <summary>A page asks for a level: <c>@attribute [NeedsLevel(AssuranceLevel.ContactVerified)]</c>.</summary>
sealed class NeedsLevelAttribute(AssuranceLevel level) : AuthorizeAttribute(NeedsLevel.PolicyOf(level));

/// <summary>The decision itself: the principal carries the level that its session was read with.</summary>
sealed class LevelRequirement(AssuranceLevel level) : AuthorizationHandler<LevelRequirement>, IAuthorizationRequirement
{
    public AssuranceLevel Level => level;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, LevelRequirement requirement)
    {
        if (context.User.FindPersonId() is not null && context.User.Level() >= requirement.Level)
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>What needs a level says so beside its role.</summary>
static class NeedsLevel
{
    public static string PolicyOf(AssuranceLevel level) => $"level-{(int)level}";

    /// <summary>Only for people of this level and above; the others are told how to get there.</summary>
    public static TBuilder RequireLevel<TBuilder>(this TBuilder endpoint, AssuranceLevel level)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(PolicyOf(level));

    public static void AddLevels(this IServiceCollection services)
    {
        var authorization = services.AddAuthorizationBuilder();
        foreach (var level in Enum.GetValues<AssuranceLevel>())
            authorization.AddPolicy(PolicyOf(level), policy =>
                policy.RequireAuthenticatedUser().AddRequirements(new LevelRequirement(level)));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, LevelAnswer>();
    }
}
