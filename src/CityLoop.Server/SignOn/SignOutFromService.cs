using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.SignOn;

/// <summary>
/// A service sends a person here to sign out of the city as well (OpenID Connect RP-Initiated Logout). With the ID
/// token of this very browser it is done at once; without one, anybody could have made the link, and they are asked.
/// </summary>
static class SignOutFromService
{
    public const string Address = "/oidc/sign-out";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet(Address, Handle).AllowAnonymous().ExcludeFromDescription();

    static async Task<IResult> Handle(
        HttpContext context, ServiceStore services, SigningKeys keys, PersonNames names, SignInProofs proofs,
        Sessions sessions, Issuer issuer)
    {
        var cancellation = context.RequestAborted;
        var sent = ProtocolParameters.Of(context.Request.Query);
        var verifies = await keys.VerifierAsync(cancellation);
        // However old: it says which service and which browser, and signs nobody in.
        if (sent.Fault is not null || sent["id_token_hint"] is not { } hint
            || SignedToken.Read(hint, SignedToken.Plain, verifies) is not { } claims
            || SignedToken.Text(claims, "iss") != issuer.Of(context.Request)
            || await services.FindAsync(SignedToken.Text(claims, "aud"), cancellation) is not { IsOpen: true } service)
            return Results.Redirect(SignOutPage.Address);
        var isHere = context.User.FindPersonId() is not null;
        if (isHere && !await IsOfThisBrowserAsync(claims, service, context.User, names, proofs, cancellation))
            return Results.Redirect(SignOutPage.Address);
        if (isHere)
            await SessionAuthentication.SignOutAsync(context, sessions);
        var back = sent["post_logout_redirect_uri"];
        if (back is null || !service.SignOutUris.Contains(back, StringComparer.Ordinal))
            return Results.Redirect("/sign-in?done=signed_out");
        return Results.Redirect(
            sent["state"] is { } state ? QueryHelpers.AddQueryString(back, "state", state) : back);
    }

    static async Task<bool> IsOfThisBrowserAsync(
        JsonElement claims, Service service, ClaimsPrincipal who, PersonNames names, SignInProofs proofs,
        CancellationToken cancellation) =>
        await proofs.OfAsync(who.SessionId(), cancellation) is { } proof
        && SignedToken.Text(claims, "sub") == await names.OfAsync(service, proof.Person, cancellation)
        && SignedToken.Text(claims, "sid") == await names.OfAsync(service, proof.Browser, cancellation);
}
