using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Routing;

namespace CityLoop.Server.Tests.Web.Errors;

/// <summary>What somebody sees who opens a room that is not theirs.</summary>
public sealed class NotPermittedTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly Dictionary<string, (string Lang, string Heading, string Advice)> Says = new()
    {
        ["zh-TW"] = ("zh-Hant-TW", "這一頁不對你開放", "你的身分沒有這個權限"),
        ["en"] = ("en", "This page is not open to you", "Your role does not permit this."),
        ["ja"] = ("ja", "このページは表示できません", "この操作の権限がありません。"),
    };

    [Theory]
    [InlineData(Cast.LinMeiling, "/desk", "zh-TW")]
    [InlineData(Cast.EmmaDubois, "/desk/policies", "en")]
    [InlineData(Cast.LinMeiling, "/desk/flow/days.csv", "ja")]
    [InlineData(Cast.LinMeiling, "/till", "en")]
    [InlineData(Cast.LinMeiling, "/till/sales", "zh-TW")]
    [InlineData(Cast.HuangZhiming, "/desk/settlements", "ja")]
    [InlineData(Cast.HuangZhiming, "/desk/missions/check", "zh-TW")]
    [InlineData(Cast.WangYating, "/till/shop-code", "ja")]
    [InlineData(Cast.LiShufen, "/till", "zh-TW")]
    public async Task A_room_of_others_is_closed_with_a_page_that_says_so_in_the_reader_s_language(
        string who, string address, string language)
    {
        using var client = await city.SignInAsync(who);

        using var answer = await client.GetAsync($"{address}?language={language}");

        await ShouldBeFriendlyAsync(answer, language);
    }

    /// <summary>The rooms' doors, read from the doors themselves: a new page is tested from its first day.</summary>
    [Fact]
    public async Task Nobody_of_the_cast_gets_through_a_door_that_names_other_roles()
    {
        var closed = 0;
        string[] cast = [Cast.LinMeiling, Cast.EmmaDubois, Cast.HuangZhiming, Cast.WangYating, Cast.LiShufen];
        foreach (var who in cast)
        {
            using var client = await city.SignInAsync(who);
            var roles = (await MyRolesAsync(client)).ToHashSet();
            foreach (var page in Pages().Where(page => !page.Doors.All(door => door.Overlaps(roles))))
            {
                using var answer = await client.GetAsync(page.Address + "?language=en");
                await ShouldBeFriendlyAsync(answer, "en");
                closed++;
            }
        }

        closed.ShouldBeGreaterThan(50);
        city.Log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_of_others_is_closed_too_and_a_program_gets_a_problem()
    {
        using var resident = await city.SignInAsync(Cast.LinMeiling);
        using var form = await resident.PostAsync("/desk/settlements?language=en", new FormUrlEncodedContent([]));
        using var call = await resident.GetAsync("/api/v1/till/today?language=en");

        await ShouldBeFriendlyAsync(form, "en");
        (await call.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("not_permitted");
    }

    static async Task ShouldBeFriendlyAsync(HttpResponseMessage answer, string language)
    {
        var address = $"{answer.RequestMessage!.RequestUri}";
        var page = WebUtility.HtmlDecode(await answer.PageAsync(HttpStatusCode.Forbidden));
        var (lang, heading, advice) = Says[language];
        page.ShouldContain($"<html lang=\"{lang}\"", customMessage: address);
        Regex.Matches(page, "<h1[^>]*>([^<]*)</h1>").Select(m => m.Groups[1].Value).ShouldBe([heading], address);
        page.ShouldContain($"<title>{heading} ·", customMessage: address);
        page.ShouldContain(advice, customMessage: address);
        page.ShouldContain("class=\"button\" href=\"/\"", customMessage: "the way out");
        string.Join(",", answer.Headers.NonValidated["Content-Security-Policy"]).ShouldBe(Security.ContentPolicy);
    }

    /// <summary>The pages with an address of their own, and the roles that each of their doors asks for.</summary>
    IEnumerable<(string Address, List<HashSet<string>> Doors)> Pages() =>
        city.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.Parameters.Count == 0
                && e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") == true
                && !Regex.IsMatch(e.RoutePattern.RawText ?? "", "^/?(api|health|openapi)/"))
            .Select(e => ("/" + e.RoutePattern.RawText!.TrimStart('/'), DoorsOf(e)));

    static List<HashSet<string>> DoorsOf(RouteEndpoint endpoint) =>
    [
        // A policy of ours that has a name has the name of the roles that it asks for; a level is no role, and who
        // lacks one is told how to reach it.
        .. endpoint.Metadata.OfType<IAuthorizeData>().Select(door => door.Roles ?? door.Policy).OfType<string>()
            .Where(names => !Enum.GetValues<AssuranceLevel>().Any(level => names == NeedsLevel.PolicyOf(level)))
            .Select(roles => roles.Split(',').ToHashSet()),
        .. endpoint.Metadata.OfType<AuthorizationPolicy>().SelectMany(policy => policy.Requirements)
            .OfType<RolesAuthorizationRequirement>().Select(door => door.AllowedRoles.ToHashSet()),
    ];

    static async Task<string[]> MyRolesAsync(HttpClient client)
    {
        using var me = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync("/api/v1/me"));
        return [.. me.RootElement.GetProperty("roles").EnumerateArray().Select(role => role.GetString()!)];
    }
}
