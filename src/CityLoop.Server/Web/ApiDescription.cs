using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CityLoop.Server.Web;

/// <summary>The API, described for programs at <c>/openapi/v1.json</c> (OpenAPI 3.1).</summary>
static class ApiDescription
{
    const string Introduction =
        "A city's pass and points. Calls that change something and carry the pass cookie carry the header "
        + $"{Security.ApiHeader} too. What cannot be done is answered as a problem (RFC 9457).";

    public static void AddApiDescription(this IServiceCollection services) =>
        services.AddOutputCache().AddOpenApi("v1", options =>
        {
            options.ShouldInclude = call => call.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
            // Every use case has a Request and a Response of its own; by these names alone they would be one.
            options.CreateSchemaReferenceId = type =>
                OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } name
                    ? (type.Type.DeclaringType?.Name + name)
                    : null;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = "CityLoop", Version = "1", Description = Introduction };
                // Where it is served says nothing about the API, and would differ from machine to machine.
                document.Servers = [];
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, _, _) =>
            {
                operation.Responses ??= [];
                operation.Responses["default"] = Refusal();
                return Task.CompletedTask;
            });
        });

    static OpenApiResponse Refusal() => new()
    {
        Description = "It was not done; `code` says why.",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "status", "title", "detail", "code" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                        ["title"] = Text("The HTTP status in words."),
                        ["detail"] = Text("What to do, in the reader's language."),
                        ["code"] = Text("Stable, in snake_case."),
                        ["field"] = Text("The part of the request at fault, where there is one."),
                        ["traceId"] = Text("Names this answer in the server's log."),
                    },
                },
            },
        },
    };

    static OpenApiSchema Text(string description) =>
        new() { Type = JsonSchemaType.String, Description = description };

    /// <summary>It is the same until the next start, and dear to make: it is made once.</summary>
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapOpenApi().AllowAnonymous().CacheOutput(cached => cached.Expire(TimeSpan.FromDays(1)).SetVaryByQuery([]));
}
