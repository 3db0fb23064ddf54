using CityLoop.Server.Credentials.Entitlements;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>The consent side: what services need, what people decide, and what comes of it.</summary>
static class SharingServices
{
    const string OfConsents = "select id from credentials.consent where person = @person";

    public static IServiceCollection AddSharing(this IServiceCollection services) => services
        .AddSingleton<NeedStore>().AddSingleton<SaveNeed>().AddSingleton<HostedKeys>().AddSingleton<Notices>()
        .AddSingleton<ShareRequests>().AddSingleton<ConsentStore>().AddSingleton<Presentations>()
        .AddSingleton<RevokeGiven>().AddSingleton<HostedServices>().AddSingleton<GiveConsent>()
        .AddSingleton<AskAgain>().AddSingleton<VerifyCredential>().AddSingleton<EntitlementCodes>()
        .AddSingleton<CheckedCodes>()
        .AddHostedService<RevocationClock>()
        // The history goes with the consent, but is told with it: before it, by which it is found.
        .AddSingleton(new HeldTable("credentials.consent_event", AtErasure.Delete)
        {
            Column = "consent", Via = OfConsents,
        })
        .AddSingleton(new HeldTable("credentials.request", AtErasure.Delete)
        {
            Secret = ["hash", "code_hash", "answer", "name", "nonce", "state"],
        })
        .AddOfficersTable("credentials.need_version", "written_by", "decided_by")
        .AddOfficersTable("credentials.need_stop", "officer", "decided_by")
        .AddSingleton(new HeldTable("credentials.entitlement", AtErasure.Delete))
        .AddSingleton(new HeldTable("credentials.given", AtErasure.Keep)
        {
            Column = "consent", Via = OfConsents, Why = "without its consent, until it is revoked or has run out",
        })
        // What was issued stays without its consent, so that it is revoked.
        .AddSingleton(new HeldTable("credentials.consent", AtErasure.Delete)
        {
            Secret = ["handle_hash", "passkey"],
        });

    public static void MapSharing(this IEndpointRouteBuilder pages)
    {
        ApproveRequest.Map(pages.MapGroup("/api/v1"));
        ShowEntitlementCode.Map(pages.MapGroup("/api/v1"));
        DeclineRequest.Map(pages);
        RevokeConsent.Map(pages);
        Receipt.Map(pages);
        StartHosted.Map(pages);
        // They let in by what the request carries: a program's proof. No page's script has one.
        var nobody = new OpenToOtherSites((_, _) => ValueTask.FromResult(false));
        RouteHandlerBuilder[] programs = 
            [StartRequest.Map(pages), FetchAnswer.Map(pages), FetchAnswer.MapPost(pages)];
        foreach (var endpoint in programs)
            endpoint.AllowAnonymous().WithTags("Credentials").WithMetadata(nobody);
    }
}
