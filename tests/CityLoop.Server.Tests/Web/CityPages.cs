using System.Text.RegularExpressions;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.Routing;

namespace CityLoop.Server.Tests.Web;

/// <summary>What the server answers to, for rules that hold for all of it, whoever added it.</summary>
static class CityPages
{
    // Blazor maps an address of its own for its script, which is not sent here; the fallback keeps it closed.
    public static IReadOnlyList<RouteEndpoint> Endpoints(this TestCity city) =>
    [
        .. city.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText?.StartsWith("/_framework/", StringComparison.Ordinal) != true),
    ];

    /// <summary>What a reader opens: pages, and files to take away.</summary>
    public static IReadOnlyList<RouteEndpoint> Pages(this TestCity city) =>
        [.. city.Endpoints().Where(e => e.Methods().Contains("GET") && !e.IsForPrograms())];

    public static IReadOnlyList<string> Methods(this RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];

    public static bool IsForPrograms(this RouteEndpoint endpoint) =>
        Regex.IsMatch(
            endpoint.RoutePattern.RawText ?? "",
            @"^/?(api|health|openapi|oidc|\.well-known|offices|credentials/(types|identity))/");
}
