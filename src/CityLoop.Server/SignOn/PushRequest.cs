namespace CityLoop.Server.SignOn;

/// <summary>
/// A service's program hands its wish in beforehand, so that nothing of it travels through the browser (RFC 9126).
/// </summary>
static class PushRequest
{
    public const string Address = "/oidc/par";

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder protocol) => protocol.MapPost(Address, Handle);

    static async Task<IResult> Handle(
        HttpContext context, ClientDoor door, WaitingRequests requests, CancellationToken cancellation)
    {
        var sent = await ProtocolParameters.OfFormAsync(context.Request, cancellation);
        var (service, refused) = await door.OpenAsync(context, sent);
        if (refused is not null)
            return refused;
        if (sent.Has("request_uri"))
            return new ProtocolRefusal("invalid_request", "A pushed wish has no request_uri.").ToResult();
        if (sent["redirect_uri"] is not { } back || !service!.RedirectUris.Contains(back, StringComparer.Ordinal))
            return new ProtocolRefusal("invalid_request", "redirect_uri is not a registered one.").ToResult();
        var (asked, refusal) = AuthorizationRequest.Read(service, back, sent);
        if (refusal is not null)
            return refusal.ToResult();
        return Results.Json(
            new Dictionary<string, object>
            {
                ["request_uri"] = await requests.PushAsync(asked!, cancellation),
                ["expires_in"] = (int)WaitingRequests.PushedLife.TotalSeconds,
            }, statusCode: StatusCodes.Status201Created);
    }
}
