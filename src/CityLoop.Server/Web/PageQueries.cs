using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using CityLoop.Server.Web.Errors;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;

namespace CityLoop.Server.Web;

/// <summary>
/// A page that asks for a number in its address gets a number: the framework takes anything else for a defect of the
/// page, but it is a mistyped address.
/// </summary>
static class PageQueries
{
    delegate bool Parser(string? text);

    static readonly ConcurrentDictionary<Type, (string Name, Parser Parses)[]> OfPages = [];

    /// <summary>Behind routing and authentication.</summary>
    public static void UsePageQueries(this WebApplication app) => app.Use((context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is { } page
            && Array.Exists(OfPages.GetOrAdd(page.Type, QueriesOf), query => !Fits(context.Request.Query, query))
            ? ErrorPages.AnswerAsync(context, StatusCodes.Status400BadRequest)
            : next(context));

    static bool Fits(IQueryCollection asked, (string Name, Parser Parses) query) =>
        !asked.TryGetValue(query.Name, out var values) || values.All(value => query.Parses(value));

    static (string, Parser)[] QueriesOf(Type page) =>
    [
        .. page.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(property => property.PropertyType != typeof(string))
            .Select(property => (It: property, Query: property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()))
            .Where(found => found.Query is not null)
            .Select(found => (found.Query!.Name ?? found.It.Name, ParserOf(found.It.PropertyType))),
    ];

    static Parser ParserOf(Type type) => typeof(PageQueries)
        .GetMethod(nameof(Parses), BindingFlags.Static | BindingFlags.NonPublic)!
        .MakeGenericMethod(type).CreateDelegate<Parser>();

    static bool Parses<T>(string? text) => BindConverter.TryConvertTo<T>(text, CultureInfo.InvariantCulture, out _);
}
