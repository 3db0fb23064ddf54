using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;

namespace CityLoop.Server.SignOn;

/// <summary>A service's program gets tokens: for a code that a person brought, or its newest refresh token.</summary>
static class IssueTokens
{
    public const string Address = "/oidc/token";

    const int VerifierMin = 43;
    const int VerifierMax = 128;

    // One sentence for all of it: what exactly did not fit is of use only to who must not have it.
    static readonly ProtocolRefusal CodeDoesNotFit = new(
        "invalid_grant", "The code was used, has run out, or does not fit client, redirect_uri and code_verifier.");

    static readonly ProtocolRefusal RefreshDoesNotFit = new(
        "invalid_grant", "This was used before, has run out, or the person has ended it. Ask them to sign in.");

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder protocol) => protocol.MapPost(Address, Handle);

    static async Task<IResult> Handle(
        HttpContext context, ClientDoor door, ServiceGrants grants, SignInProofs proofs, IdTokens idTokens,
        Issuer issuer, RefusedAccess refusals, TimeProvider time)
    {
        var cancellation = context.RequestAborted;
        var sent = await ProtocolParameters.OfFormAsync(context.Request, cancellation);
        var (service, refused) = await door.OpenAsync(context, sent);
        if (refused is not null)
            return refused;
        var (tokens, refusal) = sent["grant_type"] switch
        {
            "authorization_code" => await ExchangeAsync(sent, service!, grants, cancellation),
            "refresh_token" => await RefreshAsync(sent, service!, grants, cancellation),
            null => (null, new ProtocolRefusal("invalid_request", "grant_type is missing.")),
            _ => (null, new ProtocolRefusal(
                "unsupported_grant_type", "grant_type must be authorization_code or refresh_token.")),
        };
        if (refusal is not null)
        {
            await refusals.WriteAsync(sent["refresh_token"], ["stay_signed_in"], cancellation);
            return refusal.ToResult();
        }

        var grant = tokens!.Grant;
        if (!await proofs.IsLiveAsync(new PersonId(grant.Person), grant.Browser, grant.Level, cancellation))
        {
            await grants.EndAsync(grant.Id, "signed_out", cancellation);
            return RefreshDoesNotFit.ToResult();
        }

        var answer = new Dictionary<string, object>
        {
            ["access_token"] = tokens.Access,
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)(grant.AccessUntil - time.GetUtcNow()).TotalSeconds,
            ["scope"] = string.Join(' ', grant.Scopes),
        };
        if (tokens.Refresh is not null)
            answer["refresh_token"] = tokens.Refresh;
        // The person's presence was proved once; a refreshed token proves no new one.
        if (sent["grant_type"] == "authorization_code")
            answer["id_token"] = await idTokens.OfAsync(grant, service!, issuer.Of(context.Request), cancellation);
        return Results.Json(answer);
    }

    static async Task<(Tokens?, ProtocolRefusal?)> ExchangeAsync(
        ProtocolParameters sent, Service service, ServiceGrants grants, CancellationToken cancellation)
    {
        if (sent["code"] is not { } code || sent["redirect_uri"] is not { } back)
            return (null, new ProtocolRefusal("invalid_request", "code and redirect_uri are needed."));
        // A verifier that is missing is a wrong one: the code that came with it is worth nothing from now on.
        var verifier = sent["code_verifier"] is { Length: >= VerifierMin and <= VerifierMax } given ? given : "";
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(verifier)));
        var tokens = await grants.ExchangeAsync(
            code, service.Id, back, challenge, AccessText.Of(service.Purposes), cancellation);
        return tokens is null ? (null, CodeDoesNotFit) : (tokens, null);
    }

    static async Task<(Tokens?, ProtocolRefusal?)> RefreshAsync(
        ProtocolParameters sent, Service service, ServiceGrants grants, CancellationToken cancellation)
    {
        if (sent["refresh_token"] is not { } refresh)
            return (null, new ProtocolRefusal("invalid_request", "refresh_token is needed."));
        var scopes = (sent["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var tokens = await grants.RefreshAsync(refresh, service.Id, scopes, cancellation);
        return tokens is null ? (null, RefreshDoesNotFit) : (tokens, null);
    }
}
