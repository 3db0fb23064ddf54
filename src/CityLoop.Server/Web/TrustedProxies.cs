using System.Net;
using CityLoop.Server.Shared;
using Microsoft.AspNetCore.HttpOverrides;

namespace CityLoop.Server.Web;

/// <summary>
/// Whom we believe about the caller's address and scheme: the reverse proxies that <c>Web:TrustedProxies</c> names by
/// address or network, and nobody else, not even this machine. Whoever is believed can pretend to be any address.
/// </summary>
static class TrustedProxies
{
    /// <summary>The address under which people reach the city, if the operator has named it.</summary>
    public static Uri? PublicAddress(IConfiguration settings) => settings["Web:PublicAddress"] switch
    {
        null or "" => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" =>
            address,
        var text => throw new CannotStartException(
            $"Web:PublicAddress is '{text}'; write the address that people type, as https://pass.example.org."),
    };

    public static void UseTrustedProxies(this WebApplication app)
    {
        var publicAddress = PublicAddress(app.Configuration);
        var proxies = app.Configuration.GetSection("Web:TrustedProxies").Get<string[]>() ?? [];
        if (proxies.Length == 0)
            return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
        };
        // The framework begins with all of this machine's own addresses: every program on it would be believed.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            Trust(options, proxy);
        if (publicAddress is not null)
        {
            // Links and passkeys follow the host, so a forwarded one is believed only when it is ours.
            options.ForwardedHeaders |= ForwardedHeaders.XForwardedHost;
            options.AllowedHosts = [publicAddress.Host];
        }

        app.UseForwardedHeaders(options);
    }

    static void Trust(ForwardedHeadersOptions options, string proxy)
    {
        if (IPAddress.TryParse(proxy, out var address))
            options.KnownProxies.Add(address);
        else if (System.Net.IPNetwork.TryParse(proxy, out var network))
            options.KnownIPNetworks.Add(network);
        else
            throw new CannotStartException(
                $"Web:TrustedProxies names '{proxy}'; write an address (10.0.0.7) or a network (10.0.0.0/28).");
    }
}
