using System.Globalization;
using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.SignOn;

/// <summary>A person agrees to what a service asks for, or does not.</summary>
static class DecideRequest
{
    public const string Address = "/sign-on/decide";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, Handle).RequireAuthorization(Roles.Resident).ExcludeFromDescription();

    static async Task<RedirectHttpResult> Handle(
        [FromForm] string? request, [FromForm] string? answer, [FromForm] string? terms, ClaimsPrincipal who,
        WaitingRequests requests, ServiceStore services, RequestSteps steps, Consents consents,
        Texts texts, CancellationToken cancellation)
    {
        var name = request ?? "";
        if (await requests.FindAsync(name, cancellation) is { } waiting
            && await services.FindAsync(waiting.Asked.Service, cancellation) is { } service
            && service.StillPermits(waiting.Asked))
        {
            // Only what stood on the page is agreed to: a form from before the person signed in anew, or from before
            // the service's terms changed, counts for nothing.
            var (step, proof, _) = await steps.NextAsync(waiting, service, who, cancellation);
            if (answer == "yes" && step == NextStep.Agree && service.MayAsk
                && terms == service.Terms.ToString(CultureInfo.InvariantCulture))
            {
                await consents.GiveAsync(
                    who.PersonId(), service, waiting.Asked.Scopes, new NewAgreement(
                        SignInNotice.Of(service, waiting.Asked.Scopes, waiting.Asked.RedirectUri, texts.Language),
                        proof!.Method, proof.SignedInAt), cancellation);
                await requests.AgreeAsync(name, who.PersonId(), cancellation);
            }
            else if (answer == "no" && step is NextStep.Agree or NextStep.RaiseLevel)
                await requests.DeclineAsync(name, who.PersonId(), cancellation);
        }

        return TypedResults.Redirect(RequestPage.AddressOf(Uri.EscapeDataString(name)));
    }
}
