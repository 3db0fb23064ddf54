using System.Globalization;
using CityLoop.Server.Web.Errors;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http.Extensions;

namespace CityLoop.Server.Pass.Levels;

/// <summary>
/// Who is refused because of their level alone is not told "no" but what to do: a page leads to <c>/me/level</c>, a
/// program gets the problem's code.
/// </summary>
sealed class LevelAnswer : IAuthorizationMiddlewareResultHandler
{
    readonly AuthorizationMiddlewareResultHandler _otherwise = new();

    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        if (!result.Forbidden || Missing(result) is not { } needed)
            return _otherwise.HandleAsync(next, context, policy, result);
        if (ErrorPages.IsForPrograms(context.Request.Path))
            return ErrorPages.AnswerAsync(context, StatusCodes.Status403Forbidden, ProblemOf(needed));
        // What a form carried is gone by then, so only a page is worth coming back to.
        var back = HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "/";
        context.Response.Redirect(AddressOf(needed, back));
        return Task.CompletedTask;
    }

    /// <summary>The page that says how to reach a level, and leads back.</summary>
    public static string AddressOf(AssuranceLevel needed, string back) => "/me/level" + new QueryBuilder
    {
        { "need", ((int)needed).ToString(CultureInfo.InvariantCulture) }, { "returnUrl", back },
    }.ToQueryString();

    public static string ProblemOf(AssuranceLevel needed) =>
        needed == AssuranceLevel.IdentityChecked ? "identity_check_needed" : "contact_needed";

    // A missing role weighs more: no level opens the desk to a resident.
    static AssuranceLevel? Missing(PolicyAuthorizationResult result) =>
        result.AuthorizationFailure is { } failure && failure.FailedRequirements.Any()
        && failure.FailedRequirements.All(requirement => requirement is LevelRequirement)
            ? failure.FailedRequirements.Cast<LevelRequirement>().Max(requirement => requirement.Level)
            : null;
}
