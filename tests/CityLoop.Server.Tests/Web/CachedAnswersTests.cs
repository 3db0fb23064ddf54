using System.Net;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.Routing;

namespace CityLoop.Server.Tests.Web;

/// <summary>
/// Whatever the city answers to somebody who is signed in is theirs: no browser, no proxy and no later person at the
/// same device is to keep it. The exceptions are the same for everybody and stand here by name.
/// </summary>
public sealed class CachedAnswersTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>Public keys, descriptions and lists: they know nobody, and programs ask for them all day.</summary>
    static readonly HashSet<string> OfEverybody =
    [
        "/.well-known/openid-configuration", "/oidc/keys", "/.well-known/jwt-vc-issuer/offices/{code}",
        "/credentials/types/{code}", "/offices/{code}/status/{number:int}",
    ];

    static readonly string[] Readers = [Cast.LinMeiling, Cast.HuangZhiming, Cast.WangYating, Cast.LiShufen];

    [Fact]
    public async Task No_answer_to_somebody_who_is_signed_in_is_kept_by_anybody()
    {
        var samples = await city.MakePlacesAsync();
        var (looked, kept) = (0, new List<string>());
        foreach (var castId in Readers)
        {
            using var reader = await city.SignInAsync(castId);
            foreach (var endpoint in city.Endpoints().Where(e => e.Methods().Count == 0 || e.Methods().Contains("GET")))
            {
                var route = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
                var address = samples.GetValueOrDefault(route) ?? AnyOf(endpoint);
                using var answer = await reader.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
                looked++;
                var isKept = answer.Headers.CacheControl is not { NoStore: true } told
                    || told.Public || told.MaxAge is not null;
                if (isKept != OfEverybody.Contains(route))
                    kept.Add($"{castId}: {address}: {(int)answer.StatusCode} {answer.Headers.CacheControl}");
                if (answer.Content.Headers.ContentType?.MediaType == "text/html")
                    answer.Headers.Contains("ETag").ShouldBeFalse(address);
            }
        }

        kept.ShouldBeEmpty();
        looked.ShouldBeGreaterThan(300, "the search for endpoints is broken");
    }

    [Fact]
    public async Task Signing_out_tells_the_browser_to_throw_away_what_it_has_kept()
    {
        using var client = city.Visit(followsRedirects: false);
        await SignInAsync(client, "shared-device@example.org");

        using var gone = await client.SubmitAsync("/me", "action=\"/sign-out\"");

        gone.StatusCode.ShouldBe(HttpStatusCode.Found);
        gone.Headers.GetValues("Clear-Site-Data").ShouldBe(["\"cache\""]);
    }

    [Fact]
    public async Task So_does_signing_in_over_somebody_else_and_not_signing_in_again()
    {
        using var client = city.Visit(followsRedirects: false);
        using var first = await SignInAsync(client, "before@example.org");
        first.Headers.Contains("Clear-Site-Data").ShouldBeFalse("nobody was here");

        using var again = await SignInAsync(client, "before@example.org");
        again.Headers.Contains("Clear-Site-Data").ShouldBeFalse("the same person");
        using var other = await SignInAsync(client, "after@example.org");

        other.Headers.GetValues("Clear-Site-Data").ShouldBe(["\"cache\""]);
    }

    async Task<HttpResponseMessage> SignInAsync(HttpClient client, string contact)
    {
        using var asked = await client.SubmitAsync("/sign-in", "name=\"Contact\"", ("Contact", contact));
        return await client.SubmitAsync(
            "/sign-in/code", "name=\"Code\"", ("Code", await city.LatestCodeAsync(contact)));
    }

    /// <summary>Something that fits the blanks of an address; that nothing is there is an answer, too.</summary>
    static string AnyOf(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(
        segment => string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart blank =>
                blank.ParameterPolicies.Any(policy => policy.Content == "guid") ? $"{Guid.AllBitsSet}" : "1",
            _ => "",
        }))));
}
