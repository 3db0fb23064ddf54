namespace CityLoop.Server.SignOn;

/// <summary>A service's program gives a token back (RFC 7009): all of the same sign-in ends with it.</summary>
static class RevokeToken
{
    public const string Address = "/oidc/revoke";

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder protocol) => protocol.MapPost(Address, Handle);

    static async Task<IResult> Handle(HttpContext context, ClientDoor door, ServiceGrants grants)
    {
        var sent = await ProtocolParameters.OfFormAsync(context.Request, context.RequestAborted);
        var (service, refused) = await door.OpenAsync(context, sent);
        if (refused is not null)
            return refused;
        if (!sent.Has("token"))
            return new ProtocolRefusal("invalid_request", "token is missing.").ToResult();
        // The same answer for every token: nobody learns here which ones there are.
        await grants.RevokeAsync(sent["token"], service!.Id, context.RequestAborted);
        return Results.Ok();
    }
}
