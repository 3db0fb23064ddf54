using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Credentials.Entitlements;

/// <summary>Somebody before a hosted service's poster begins: the city asks in the service's place.</summary>
static class StartHosted
{
    public const string Address = "/share/start";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, HandleAsync).RequireAuthorization(Roles.Resident).ExcludeFromDescription();

    static async Task<Results<RedirectHttpResult, NotFound>> HandleAsync(
        [FromForm] string? need, NeedStore needs, ServiceStore services, ShareRequests requests,
        CancellationToken cancellation) =>
        await needs.FindAsync(need ?? "", cancellation) is { IsHosted: true, SuspendedAt: null } asked
        && await services.FindAsync(asked.Service, cancellation) is { MayAsk: true }
        && await requests.OpenAsync(asked, ShareRequests.NewName(), null, null, cancellation) is { } name
            ? TypedResults.Redirect(SharePage.AddressOf(name))
            : TypedResults.NotFound();
}
