using System.Net;
using CityLoop.Server.Web;

namespace CityLoop.Server.SignOn;

/// <summary>
/// Who signs: the city's own address, as services know it. <c>Web:PublicAddress</c> says it. A city on one's own
/// machine, which has none, is called as it was called, if that is a name of this machine: by any other one a caller
/// could have it sign in somebody else's name, and take proofs that were meant for somebody else.
/// </summary>
sealed class Issuer(IConfiguration settings)
{
    readonly string? _public = TrustedProxies.PublicAddress(settings)?.AbsoluteUri.TrimEnd('/');

    /// <exception cref="BadHttpRequestException">It was called by a name that nobody has told us.</exception>
    public string Of(HttpRequest request) =>
        _public ?? (IsThisMachine(request.Host.Host) ? $"{request.Scheme}://{request.Host}"
            : throw new BadHttpRequestException(
                "Web:PublicAddress is not set.", StatusCodes.Status421MisdirectedRequest));

    static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
