using CityLoop.Server.City;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Web;

namespace CityLoop.Server.SignOn;

/// <summary>
/// One sign-in for the city's other services: the pass as an OpenID Connect provider. Why it is our own, and the
/// smallest: docs/decisions/0050.
/// </summary>
static class SignOnCapability
{
    public static IServiceCollection AddSignOn(this IServiceCollection services, CityOptions options)
    {
        services.AddSingleton<ServiceStore>().AddSingleton<ServiceGrants>().AddSingleton<Consents>()
            .AddSingleton<WaitingRequests>().AddSingleton<SigningKeys>().AddSingleton<PersonNames>()
            .AddSingleton<IdTokens>().AddSingleton<ClientAssertions>().AddSingleton<ClientDoor>()
            .AddSingleton<RequestSteps>().AddSingleton<ServiceChanges>().AddSingleton<Issuer>()
            .AddSingleton<ArrivalLimits>().AddSingleton<RefusedAccess>()
            .AddSingleton(new HeldTable("sign_on.consent", AtErasure.Delete))
            .AddSingleton(new HeldTable("sign_on.agreement", AtErasure.Delete))
            .AddSingleton(new HeldTable("sign_on.request", AtErasure.Delete)
            {
                Column = "consented_by", IsTold = false,
            })
            .AddOfficersTable("sign_on.service_change", "officer", "decided_by")
            .AddSingleton(new HeldTable("sign_on.service_grant", AtErasure.Delete)
            {
                Secret = ["nonce", "challenge", "code_hash", "access_hash", "refresh_hash"],
            })
            .AddSingleton(all => new AccessNames(
                AccessBy.Service, cancellation => NamesAsync(all.GetRequiredService<ServiceStore>(), cancellation)))
            .AddHostedService<OldGrants>();
        return options.Demo
            ? services.AddSingleton(new DemoSeed(50, DemoServices.PlantAsync))
            : services;
    }

    public static void MapSignOn(this IEndpointRouteBuilder pages)
    {
        Authorize.Map(pages);
        SignOutFromService.Map(pages);
        DecideRequest.Map(pages);
        DecideServiceChange.Map(pages);
        EndConsent.Map(pages);
        SignInReceipt.Map(pages);
        RouteHandlerBuilder[] known = [ShowDiscovery.Map(pages), ShowDiscovery.MapKeys(pages)];
        foreach (var endpoint in known)
            Open(endpoint, OpenToOtherSites.Everybody);
        // They let in by what the request carries: a program's proof, a code, a token.
        var ofServices = new OpenToOtherSites((context, origin) => context.RequestServices
            .GetRequiredService<ServiceStore>().IsOriginOfServiceAsync(origin, context.RequestAborted));
        RouteHandlerBuilder[] protocol =
            [PushRequest.Map(pages), IssueTokens.Map(pages), ShowUserInfo.Map(pages), RevokeToken.Map(pages)];
        foreach (var endpoint in protocol)
            Open(endpoint, ofServices);
    }

    static async Task<IReadOnlyDictionary<string, LocalNames>> NamesAsync(
        ServiceStore services, CancellationToken cancellation) =>
        (await services.AllAsync(cancellation)).Values.ToDictionary(one => one.ClientId, one => one.Names);

    static void Open(RouteHandlerBuilder endpoint, OpenToOtherSites to)
    {
        endpoint.AllowAnonymous().ExcludeFromDescription().WithMetadata(to);
        // A browser asks before it lets a script of another origin call: that question has the method OPTIONS.
        endpoint.Add(builder => builder.Metadata.Add(new HttpMethodMetadata(
            builder.Metadata.OfType<IHttpMethodMetadata>().Last().HttpMethods, acceptCorsPreflight: true)));
    }
}
