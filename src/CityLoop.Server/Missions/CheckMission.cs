using System.Text;
using System.Text.Json;
using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Missions;

/// <summary>An officer asks whether a document is a mission that this city could publish.</summary>
static class CheckMission
{
    /// <param name="Mission">Its name when the document is right, else null.</param>
    public sealed record Response(bool Ok, string? Mission, int? Version, IReadOnlyList<Line> Problems);

    /// <param name="At">From 1.</param>
    /// <param name="Column">From 1, in characters.</param>
    /// <param name="Path">A JSON path.</param>
    /// <param name="Wrong">What is wrong, in the reader's language.</param>
    /// <param name="Write">What to write instead.</param>
    public sealed record Line(
        [property: System.Text.Json.Serialization.JsonPropertyName("line")] int At,
        int Column, string Path, string Code, string Wrong, string Write);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/missions/check", Handle).RequireAuthorization(Roles.CityStaff).WithName("CheckMission")
            .WithTags("Missions").Accepts<JsonElement>("application/json");

    public static MissionReading Read(byte[] document, CityPack city) =>
        MissionDocument.Read(document, PublishMissions.NamesOf(city));

    public static MissionReading Read(string document, CityPack city) =>
        Read(Encoding.UTF8.GetBytes(document), city);

    static async Task<Ok<Response>> Handle(
        HttpRequest request, CityPack city, Sentences sentences, CancellationToken cancellation)
    {
        // The body as it is: a document with a broken comma must reach the reader that can say where.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        var reading = Read(body.ToArray(), city);
        return TypedResults.Ok(new Response(
            reading.Mission is not null, reading.Mission?.Id, reading.Mission?.Version,
            [
                .. reading.Problems.Select(p => new Line(
                    p.Line, p.Column, p.Path, JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Code.ToString()),
                    sentences.Wrong(p), sentences.Write(p))),
            ]));
    }
}
