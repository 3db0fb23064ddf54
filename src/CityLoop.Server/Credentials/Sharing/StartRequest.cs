using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// A service's program asks for somebody's proofs: for a person who is to be sent to the address that it is told, or,
/// with the handle of a consent that lives, for the same person again.
/// </summary>
static class StartRequest
{
    public const string Address = "/api/v1/credentials/requests";

    const int NonceMin = 16;
    const int TextMax = 500;

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder programs) =>
        programs.MapPost(Address, HandleAsync).WithName("StartCredentialRequest");

    static async Task<IResult> HandleAsync(
        HttpContext context, ClientDoor door, NeedStore needs, ShareRequests requests, AskAgain again, Issuer issuer,
        Problems problems, CancellationToken cancellation)
    {
        var sent = await ProtocolParameters.OfFormAsync(context.Request, cancellation);
        var (service, refused) = await ComeInAsync(context, door, sent, problems);
        if (service is null)
            return refused!;
        if (sent["nonce"] is not { Length: >= NonceMin and <= TextMax } nonce)
            return problems.Bad("nonce_needed", "nonce");
        if (sent["consent"] is { } handle)
            return await again.AnswerAsync(
                service, handle, nonce, issuer.Of(context.Request), problems, cancellation);
        if (!service.IsOpen)
            return problems.Of(StatusCodes.Status403Forbidden, "service_suspended");
        if (!service.MayAsk)
            return problems.Of(StatusCodes.Status403Forbidden, "service_without_controller");
        if (await needs.FindAsync(sent["need"] ?? "", cancellation) is not { IsHosted: false } need
            || need.Service != service.Id)
            return problems.Bad("need_unknown", "need");
        if (need.SuspendedAt is not null)
            return problems.Of(StatusCodes.Status403Forbidden, "need_suspended");
        if (sent["return_address"] is not { } back || !need.ReturnAddresses.Contains(back, StringComparer.Ordinal))
            return problems.Bad("return_address_not_registered", "return_address");
        if (sent["state"]?.Length > TextMax)
            return problems.Bad("state_too_long", "state");
        var name = await requests.OpenAsync(need, nonce, back, sent["state"], cancellation);
        return name is null ? problems.Refused("nonce_used", "nonce") : Results.Json(
            new Dictionary<string, object>
            {
                ["request"] = name,
                ["address"] = issuer.Of(context.Request) + SharePage.AddressOf(name),
                ["expires_in"] = (int)ShareRequests.OpenLife.TotalSeconds,
            }, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Which service's program asks; only one that proves who it is may.</summary>
    public static async ValueTask<(Service? Service, IResult? Refused)> ComeInAsync(
        HttpContext context, ClientDoor door, ProtocolParameters sent, Problems problems)
    {
        if (sent.Fault is not null)
            return (null, problems.Bad("send_form"));
        var (service, _) = await door.OpenAsync(context, sent, letsSuspendedIn: true);
        return service is { IsConfidential: true }
            ? (service, null)
            : (null, problems.Of(StatusCodes.Status401Unauthorized, "program_not_let_in"));
    }
}
