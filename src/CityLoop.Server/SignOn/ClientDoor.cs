using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace CityLoop.Server.SignOn;

/// <summary>Lets in a service's program by the one way that it is registered with, and by no other.</summary>
sealed class ClientDoor(ServiceStore services, ClientAssertions assertions, Issuer issuer)
{
    /// <summary>Who asks; or the answer to somebody who is not let in.</summary>
    /// <param name="letsSuspendedIn">For who then says by name that it is suspended.</param>
    public async ValueTask<(Service? Service, IResult? Refused)> OpenAsync(
        HttpContext context, ProtocolParameters sent, bool letsSuspendedIn = false)
    {
        if (sent.Fault is { } fault)
            return (null, fault.ToResult());
        var header = context.Request.Headers.Authorization;
        var isBasic = header is [{ } value] && value.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase);
        if (header.Count > 0 && (!isBasic || sent.Has("client_assertion")))
            return (null, new ProtocolRefusal("invalid_request", "Authenticate in one way, not in two.").ToResult());
        var service = isBasic ? await BySecretAsync(header[0]!["Basic ".Length..], sent, context.RequestAborted)
            : sent["client_assertion"] is { } assertion ? await ByAssertionAsync(assertion, sent, context)
            : await ByNameAsync(sent, context.RequestAborted);
        if (service is not null && (service.IsOpen || letsSuspendedIn))
            return (service, null);
        if (isBasic)
            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Basic realm=\"CityLoop\"";
        return (null, new ProtocolRefusal(
            "invalid_client", "This program is not registered, suspended, or did not prove who it is.")
            .ToResult(StatusCodes.Status401Unauthorized));
    }

    async ValueTask<Service?> ByNameAsync(ProtocolParameters sent, CancellationToken cancellation) =>
        // A secret in the body ends up in logs: who sends it there hears no.
        !sent.Has("client_secret")
        && await services.FindAsync(sent["client_id"], cancellation) is { IsConfidential: false } service
            ? service
            : null;

    async ValueTask<Service?> BySecretAsync(string credentials, ProtocolParameters sent, CancellationToken cancellation)
    {
        var (id, secret) = Read(credentials);
        var service = await services.FindAsync(id, cancellation);
        // An unknown program is compared with something as well: the answer takes as long.
        var isRight = CryptographicOperations.FixedTimeEquals(
            ClientSecret.HashOf(secret), service?.SecretHash ?? ClientSecret.HashOf(""));
        return isRight && service is { Authentication: ClientAuthentication.SecretBasic, SecretHash: not null }
            && (sent["client_id"] ?? id) == id ? service : null;
    }

    async ValueTask<Service?> ByAssertionAsync(string assertion, ProtocolParameters sent, HttpContext context)
    {
        const string type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        if (sent["client_assertion_type"] != type || ClientAssertions.IssuerIn(assertion) is not { } id
            || (sent["client_id"] ?? id) != id)
            return null;
        return await services.FindAsync(id, context.RequestAborted)
                is { Authentication: ClientAuthentication.PrivateKeyJwt } service
            && await assertions.ProvesAsync(assertion, service, issuer.Of(context.Request), context.RequestAborted)
                ? service
                : null;
    }

    /// <summary>RFC 6749, 2.3.1: both parts are form-encoded before they are joined.</summary>
    static (string Id, string Secret) Read(string credentials)
    {
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(credentials.Trim(), bytes, out var count))
            return ("", "");
        var text = Encoding.UTF8.GetString(bytes[..count]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (Decode(text[..colon]), Decode(text[(colon + 1)..]));
    }

    static string Decode(string part) => Uri.UnescapeDataString(part.Replace('+', ' '));
}
