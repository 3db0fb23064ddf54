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
        CancellationToken cancellation)
    {
        var sent = await ProtocolParameters.OfFormAsync(context.Request, cancellation);
        var (service, refused) = await ComeInAsync(context, door, sent);
        if (service is null)
            return refused!;
        if (sent["nonce"] is not { Length: >= NonceMin and <= TextMax } nonce)
            return Refuse("nonce_needed", "nonce must be new, random, and have 16 to 500 characters.");
        if (sent["consent"] is { } handle)
            return await again.AnswerAsync(service, handle, nonce, issuer.Of(context.Request), cancellation);
        if (!service.IsOpen)
            return Refuse("service_suspended", "The city has suspended this service.", 403);
        if (await needs.FindAsync(sent["need"] ?? "", cancellation) is not { IsHosted: false } need
            || need.Service != service.Id)
            return Refuse("need_unknown", "No need of this service with this code has been approved.");
        if (need.SuspendedAt is not null)
            return Refuse("need_suspended", "The city has stopped this need.", 403);
        if (sent["return_address"] is not { } back || !need.ReturnAddresses.Contains(back, StringComparer.Ordinal))
            return Refuse("return_address_not_registered", "return_address is not one that the need is approved with.");
        if (sent["state"]?.Length > TextMax)
            return Refuse("invalid_request", "state has at most 500 characters.");
        var name = await requests.OpenAsync(need, nonce, back, sent["state"], cancellation);
        return name is null ? NonceUsed() : Results.Json(
            new Dictionary<string, object>
            {
                ["request"] = name,
                ["address"] = issuer.Of(context.Request) + SharePage.AddressOf(name),
                ["expires_in"] = (int)ShareRequests.OpenLife.TotalSeconds,
            }, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Which service's program asks; only one that proves who it is may.</summary>
    public static async ValueTask<(Service? Service, IResult? Refused)> ComeInAsync(
        HttpContext context, ClientDoor door, ProtocolParameters sent)
    {
        var (service, refused) = await door.OpenAsync(context, sent, letsSuspendedIn: true);
        return service is { IsConfidential: false }
            ? (null, Refuse("invalid_client", "Only a program that proves who it is may ask for proofs.", 401))
            : (service, refused);
    }

    public static IResult NonceUsed() =>
        Refuse("nonce_used", "This service has said this nonce before: take a new one.", 409);

    /// <summary>A refusal by name, in the form that programs know from the rest of the protocol.</summary>
    public static IResult Refuse(string error, string description, int status = StatusCodes.Status400BadRequest) =>
        new ProtocolRefusal(error, description).ToResult(status);
}
