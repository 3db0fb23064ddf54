using CityLoop.Missions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Missions;

/// <summary>The JSON Schema of mission documents, for editors and for whoever checks what a city publishes.</summary>
static class ShowSchema
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/schemas/mission-1.json", Handle).AllowAnonymous().ExcludeFromDescription();

    static ContentHttpResult Handle() => TypedResults.Text(MissionDocument.Schema, "application/schema+json");
}
