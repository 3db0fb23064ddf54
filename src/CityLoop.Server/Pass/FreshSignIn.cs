namespace CityLoop.Server.Pass;

/// <summary>
/// Before a form that changes how somebody comes in: who finds a phone unlocked must not get far with it, so the
/// sign-in is asked for again when it is older than <see cref="Sessions.FreshFor"/>.
/// </summary>
/// <param name="page">Where the person goes on after signing in.</param>
sealed class FreshSignIn(string page) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var sessions = http.RequestServices.GetRequiredService<Sessions>();
        return await sessions.IsFreshAsync(http.User.SessionId(), http.RequestAborted)
            ? await next(context)
            : TypedResults.Redirect(AddressOf(page));
    }

    /// <summary>The sign-in page that says why it asks again.</summary>
    public static string AddressOf(string page) =>
        "/sign-in" + QueryString.Create("returnUrl", page).Add("why", "fresh");
}
