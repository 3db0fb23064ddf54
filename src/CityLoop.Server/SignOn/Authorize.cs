using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.SignOn;

/// <summary>
/// A service sends a person here to sign in (OpenID Connect Core, 3.1.2). Who is signed in and has agreed goes back at
/// once; everybody else is led on. Errors go to an address that the service has registered, or to a page of ours.
/// </summary>
static class Authorize
{
    public const string Address = "/oidc/authorize";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet(Address, Handle).AllowAnonymous().ExcludeFromDescription();

    static async Task<IResult> Handle(
        HttpContext context, ServiceStore services, WaitingRequests requests, RequestSteps steps, ServiceGrants grants,
        ArrivalLimits arrivals, Issuer issuer, TimeProvider time)
    {
        var cancellation = context.RequestAborted;
        var sent = ProtocolParameters.Of(context.Request.Query);
        if (await services.FindAsync(sent["client_id"], cancellation) is not { IsOpen: true } service)
            return Stop("service_unknown");
        var from = issuer.Of(context.Request);
        var session = context.User.FindPersonId() is null ? (Guid?)null : context.User.SessionId();
        string? name = null;
        AuthorizationRequest asked;
        if (sent["request_uri"] is { } pushed)
        {
            if (await requests.OpenPushedAsync(pushed, service.Id, session, cancellation) is not { } opened
                || !service.StillPermits(opened.Asked))
                return Stop("request_not_there");
            (name, asked) = opened;
        }
        else
        {
            if (sent["redirect_uri"] is not { } back || !service.RedirectUris.Contains(back, StringComparer.Ordinal))
                return Stop("redirect_not_registered");
            var (read, refusal) = AuthorizationRequest.Read(service, back, sent);
            if (refusal is not null)
                return Results.Redirect(AuthorizationRequest.AnswerAddress(
                    back, sent["state"], from, ("error", refusal.Error), ("error_description", refusal.Description)));
            asked = read!;
        }

        var waiting = new WaitingRequest(asked, time.GetUtcNow(), session, null, IsDeclined: false);
        var standing = await steps.NextAsync(waiting, service, context.User, cancellation);
        if (standing.Step != NextStep.Answer && !asked.ShowsNothing)
        {
            // Each arrival of a stranger leaves a line for half an hour.
            if (session is null && !arrivals.Limits.Allows(context.Connection.RemoteIpAddress))
                return Stop("too_many_requests", StatusCodes.Status429TooManyRequests);
            return Results.Redirect(
                RequestPage.AddressOf(name ?? await requests.OpenAsync(asked, session, cancellation)));
        }

        if (name is not null)
            await requests.TakeAsync(name, cancellation);
        return Results.Redirect(standing.Step == NextStep.Answer
            ? asked.AnswerAddress(
                from, ("code", await grants.BeginAsync(asked, standing.Proof!, standing.Until, cancellation)))
            : asked.AnswerAddress(from, ("error", ErrorOf(standing.Step))));
    }

    /// <summary>What a service hears when a step cannot be taken.</summary>
    public static string ErrorOf(NextStep step) => step switch
    {
        NextStep.SignIn => "login_required",
        NextStep.RaiseLevel => "unmet_authentication_requirements",
        _ => "consent_required",
    };

    // Whoever sent the person here is not to be trusted with an answer: only the person is told.
    static RazorComponentResult<StoppedPage> Stop(string code, int status = StatusCodes.Status400BadRequest) =>
        new(new { Code = code }) { StatusCode = status };
}
