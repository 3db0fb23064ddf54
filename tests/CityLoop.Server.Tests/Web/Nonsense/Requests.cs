using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace CityLoop.Server.Tests.Web.Nonsense;

/// <summary>
/// What an endpoint asks for, read from the endpoint itself, so that a new one is tested from its first day.
/// </summary>
sealed record Requests(RouteEndpoint Endpoint)
{
    public string Name => $"{Method} {Endpoint.RoutePattern.RawText}";

    public string Method => Endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    public bool IsForPrograms =>
        Endpoint.RoutePattern.RawText?.TrimStart('/').StartsWith("api/", StringComparison.Ordinal) == true;

    /// <summary>The names of the blanks in the address.</summary>
    public IEnumerable<string> Blanks => Endpoint.RoutePattern.Parameters.Where(p => !p.IsCatchAll).Select(p => p.Name);

    /// <summary>The names behind the question mark.</summary>
    public IEnumerable<string> Queries
    {
        get
        {
            var page = Endpoint.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type;
            var ofPage = page?.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(p =>
                    p.GetCustomAttribute<SupplyParameterFromQueryAttribute>() is { } q ? q.Name ?? p.Name : null)
                ?? [];
            var ofHandler = Endpoint.Metadata.OfType<IParameterBindingMetadata>().Select(p => (string?)p.Name);
            return ofPage.Concat(ofHandler).OfType<string>()
                .Except(Blanks, StringComparer.OrdinalIgnoreCase).Distinct();
        }
    }

    /// <summary>The address, with something plausible in every blank but one.</summary>
    public string Address(string? blank = null, string? value = null) => "/" + string.Join('/',
        Endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart p when p.Name == blank => Uri.EscapeDataString(value!),
            RoutePatternParameterPart p =>
                p.ParameterPolicies.Any(x => x.Content == "guid") ? Guid.Empty.ToString()
                : p.ParameterPolicies.Any(x => x.Content is "long" or "int") ? "1" : "x",
            _ => "",
        }))));

    /// <summary>Bodies that are nearly right: one member after the other is missing or nonsense.</summary>
    public IEnumerable<string> NearlyRightBodies()
    {
        if (Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } type)
            yield break;
        var members = type.GetProperties().Where(p => p.CanRead && p.GetIndexParameters().Length == 0)
            .ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name), p => Plausible(p.PropertyType));
        yield return Of(members, null, null);
        foreach (var member in members.Keys)
        {
            yield return Of(members.Where(m => m.Key != member), null, null);
            foreach (var nonsense in NonsenseValues.Members())
                yield return Of(members, member, nonsense);
        }
    }

    /// <summary>What a form's address takes by name.</summary>
    public IEnumerable<string> FormFields => Endpoint.Metadata.OfType<IParameterBindingMetadata>()
        .Where(p => p.ParameterInfo.GetCustomAttribute<FromFormAttribute>() is not null).Select(p => p.Name);

    static string Of(IEnumerable<KeyValuePair<string, string>> members, string? replaced, JsonNode? by) =>
        "{" + string.Join(',', members.Select(m =>
            $"\"{m.Key}\":{(m.Key == replaced ? by?.ToJsonString() ?? "null" : m.Value)}")) + "}";

    static string Plausible(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Guid))
            return "\"0190a1b2-0000-7000-8000-000000000001\"";
        if (type == typeof(bool))
            return "true";
        if (type == typeof(string))
            return "\"x\"";
        if (type.IsPrimitive || type == typeof(decimal) || type.IsEnum)
            return "1";
        return typeof(System.Collections.IEnumerable).IsAssignableFrom(type) ? "[]" : "{}";
    }
}
