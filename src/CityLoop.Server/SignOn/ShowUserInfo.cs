using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>A service's program asks what the person has agreed to tell it (OpenID Connect Core, 5.3).</summary>
static class ShowUserInfo
{
    public const string Address = "/oidc/userinfo";

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder protocol) =>
        protocol.MapMethods(Address, [HttpMethods.Get, HttpMethods.Post], Handle);

    static async Task<IResult> Handle(
        HttpContext context, ServiceStore services, ServiceGrants grants, SignInProofs proofs, PersonNames names,
        AccessLog log, RefusedAccess refusals, NpgsqlDataSource database)
    {
        var cancellation = context.RequestAborted;
        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization;
        if (header is not [{ } bearer] || !bearer.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return Refuse(context, null);
        var token = bearer[scheme.Length..].Trim();
        if (await grants.FindAsync(token, cancellation) is not { } grant
            || await services.FindAsync(grant.Service, cancellation) is not { IsOpen: true } service)
        {
            await refusals.WriteAsync(token, ["told_data"], cancellation);
            return Refuse(context, "invalid_token");
        }

        var person = new PersonId(grant.Person);
        if (!await proofs.IsLiveAsync(person, grant.Browser, grant.Level, cancellation)
            || await proofs.FactsAsync(person, cancellation) is not { } facts)
        {
            await grants.EndAsync(grant.Id, "signed_out", cancellation);
            return Refuse(context, "invalid_token");
        }

        var told = ToldClaims.Of(facts, grant.Scopes).ToDictionary(claim => claim.Name, claim => claim.Value);
        told["sub"] = await names.OfAsync(service, person, cancellation);
        // Before it leaves. Programs ask as often as they like; what one access token was told once is one access.
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await log.WriteOnceAsync(
            connection, AccessOf(service, person, told.Keys), ServiceGrants.AccessLife, cancellation);
        return Results.Json(told);
    }

    // A confirmed address is told with the address: two words for programs, one for people.
    static Access AccessOf(Service service, PersonId person, IEnumerable<string> claims) => new()
    {
        Person = person, Kind = AccessBy.Service, By = service.ClientId,
        What = [.. claims.Where(claim => !claim.EndsWith("_verified", StringComparison.Ordinal)).Order()],
        Purpose = AccessText.Of(service.Purposes),
    };

    static IResult Refuse(HttpContext context, string? error)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] =
            error is null ? "Bearer realm=\"CityLoop\"" : $"Bearer realm=\"CityLoop\", error=\"{error}\"";
        var refusal = error is null
            ? new ProtocolRefusal("invalid_request", "Send the access token in the Authorization header, as Bearer.")
            : new ProtocolRefusal(error, "The access token has run out, or the person has ended it.");
        return refusal.ToResult(StatusCodes.Status401Unauthorized);
    }
}
