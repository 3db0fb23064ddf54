using CityLoop.Server.Web;

namespace CityLoop.Server.SignOn;

/// <summary>
/// Who signs: the city's own address, as services know it. <c>Web:PublicAddress</c> says it; a city on one's own
/// machine, which has none, is called as it was called.
/// </summary>
sealed class Issuer(IConfiguration settings)
{
    readonly string? _public = TrustedProxies.PublicAddress(settings)?.AbsoluteUri.TrimEnd('/');

    public string Of(HttpRequest request) => _public ?? $"{request.Scheme}://{request.Host}";
}
