using System.Net;
using System.Text.Json;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>Reads what the city answered.</summary>
public static class Answers
{
    /// <summary>The answer is a problem (RFC 9457) with this status, and this is its code.</summary>
    public static async Task<string> ProblemCodeAsync(this HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var problem = JsonDocument.Parse(text);
        problem.RootElement.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        return problem.RootElement.GetProperty("code").GetString()!;
    }

    /// <summary>The page that was answered, with this status.</summary>
    public static async Task<string> PageAsync(
        this HttpResponseMessage answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        return text;
    }
}
