using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Web;

/// <summary>The real program behind a web server that speaks HTTPS for it.</summary>
public sealed partial class HttpsTests
{
    [Fact]
    public async Task Slow_because_it_starts_a_city_behind_a_web_server_with_TLS()
    {
        using var data = new DataFolder();
        await using var city = await ServerProcess.UpWithAsync(
            ["Web__TrustedProxies__0=127.0.0.1", "Web__PublicAddress=https://pass.example.org"], data.FolderPath);
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = city.Address,
        };
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "pass.example.org");
        var jar = new Dictionary<string, string>();

        var door = await VisitAsync(client, jar, "/sign-in");
        await VisitAsync(client, jar, "/language", door, "", ("language", "en"));
        await VisitAsync(client, jar, "/sign-in", door, "send-code", ("Contact", "meiling@example.org"));
        var asked = await VisitAsync(client, jar, "/sign-in/code");
        var letters = await VisitAsync(client, jar, "/outbox");
        await VisitAsync(client, jar, "/sign-in/code", asked, "code", ("Code", SixDigits().Match(letters).Value));

        using var challenged = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sign-in/passkey/challenge");
        challenged.Headers.Add(Security.ApiHeader, "1");
        await SendAsync(client, jar, challenged);

        // The language is the one without the prefix: a neighbour who plants it makes the pages speak Japanese.
        jar.Keys.ShouldBe(
            ["__Host-form", "__Host-code", "__Host-pass", "__Host-known", "__Host-passkey", "language"],
            ignoreOrder: true);
        (await StatusAsync(client, $"__Host-pass={jar["__Host-pass"]}")).ShouldBe(HttpStatusCode.OK);
        // A cookie that a neighbour under the same domain could plant is not looked at.
        (await StatusAsync(client, $"pass={jar["__Host-pass"]}")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    static async Task<string> VisitAsync(
        HttpClient client, Dictionary<string, string> jar, string address, string? page = null, string handler = "",
        params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(page is null ? HttpMethod.Get : HttpMethod.Post, address);
        if (page is not null)
            request.Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))
                .Append(new("_handler", handler)).Append(new("__RequestVerificationToken", Token().Match(page)
                    .Groups[1].Value)));
        return await SendAsync(client, jar, request);
    }

    /// <summary>Sends a request as a browser that keeps cookies, and looks at each one that it is given.</summary>
    static async Task<string> SendAsync(
        HttpClient client, Dictionary<string, string> jar, HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", jar.Select(c => $"{c.Key}={c.Value}")));
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBeLessThan(400, $"{request.RequestUri}: {text}");
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [])
        {
            // What a browser demands of the prefix.
            cookie.ShouldContain("secure", Case.Insensitive);
            cookie.ShouldContain("path=/;", Case.Insensitive);
            cookie.ShouldNotContain("domain=", Case.Insensitive);
            // And what ours are besides.
            cookie.ShouldContain("httponly", Case.Insensitive);
            cookie.ShouldContain("samesite=", Case.Insensitive);
            jar[cookie.Split('=')[0]] = cookie.Split('=', ';')[1];
        }

        return text;
    }

    static async Task<HttpStatusCode> StatusAsync(HttpClient client, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.Add("Cookie", cookie);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    // Not the end of a style sheet's version, which is hexadecimal.
    [GeneratedRegex("(?<![0-9a-f])[0-9]{6}(?![0-9a-f])")]
    private static partial Regex SixDigits();
}
