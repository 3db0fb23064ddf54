using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Web;

/// <summary>Reads a call's JSON body and says of a wrong one which field is at fault.</summary>
static class JsonBody
{
    static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
    };

    /// <summary>The body, or the problem to answer with.</summary>
    public static async ValueTask<(T? Body, ProblemHttpResult? Problem)> ReadAsync<T>(
        HttpRequest request, Problems problems, CancellationToken cancellation) where T : class
    {
        if (!request.HasJsonContentType())
            return (null, problems.Of(StatusCodes.Status415UnsupportedMediaType, "send_json"));
        try
        {
            var body = await request.ReadFromJsonAsync<T>(Strict, cancellation);
            return body is null ? (null, problems.Bad("body_not_valid")) : (body, null);
        }
        catch (JsonException wrong)
        {
            // A reader's error inside means that the text breaks off or is no JSON: no field is at fault.
            return wrong.InnerException is not JsonException && FieldOf(wrong) is { } field
                ? (null, problems.Bad("field_not_valid", field, field))
                : (null, problems.Bad("body_not_valid"));
        }
    }

    /// <summary>"$.amount" is the field "amount"; a missing parameter stands in the message alone.</summary>
    static string? FieldOf(JsonException wrong)
    {
        if (wrong.Path is ['$', '.', .. var path])
            return path;
        const string missing = "including: ";
        var at = wrong.Message.IndexOf(missing, StringComparison.Ordinal);
        return at < 0 ? null : wrong.Message[(at + missing.Length)..].Split(',', '.')[0].Trim(' ', '\'', '"');
    }
}
