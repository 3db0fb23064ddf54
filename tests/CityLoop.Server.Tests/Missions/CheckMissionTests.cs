using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CityLoop.Missions;
using CityLoop.Missions.Reading;
using CityLoop.Server.City;
using CityLoop.Server.Missions;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web.Languages;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Missions;

public sealed class CheckMissionTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_document_with_a_missing_field_is_told_by_line_and_column_in_the_readers_language()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        var rally = await File.ReadAllTextAsync(Path.Combine(city.Pack.Folder, "missions", "heritage-rally.json"));
        (await CheckAsync(officer, rally)).GetProperty("ok").GetBoolean().ShouldBeTrue();

        var broken = rally.Replace(", \"budget\": \"rally-2026\"", "");
        var problem = (await CheckAsync(officer, broken)).GetProperty("problems").EnumerateArray().Single();
        var place = broken[..broken.IndexOf("{ \"amount\"", StringComparison.Ordinal)].Split('\n');
        problem.GetProperty("line").GetInt32().ShouldBe(place.Length);
        problem.GetProperty("column").GetInt32().ShouldBe(place[^1].Length + 1);
        problem.GetProperty("path").GetString().ShouldBe("$.earns[0].points.budget");
        problem.GetProperty("code").GetString().ShouldBe("field_missing");
        problem.GetProperty("wrong").GetString().ShouldBe("少了欄位「budget」。");
        problem.GetProperty("write").GetString().ShouldBe("請加上：\"budget\": \"rally-2026\"。");
    }

    [Theory]
    [InlineData("", "not_json")]
    [InlineData("{", "not_json")]
    [InlineData("[]", "wrong_kind")]
    public async Task What_is_no_document_is_told_too(string document, string code)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        var problems = (await CheckAsync(officer, document)).GetProperty("problems");
        problems.EnumerateArray().First().GetProperty("code").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task Only_city_staff_check_documents()
    {
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        (await meiling.PostAsync("/api/v1/missions/check", content)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        foreach (var page in new[] { "/desk/missions/check", "/desk/missions/heritage-rally/spots" })
            (await meiling.GetAsync(page)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, page);
    }

    [Fact]
    public async Task The_schema_is_public()
    {
        using var visitor = city.Visit();
        using var answer = await visitor.GetAsync("/schemas/mission-1.json");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/schema+json");
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("$id").GetString()
            .ShouldBe("/schemas/mission-1.json");
    }

    [Fact]
    public void Every_rule_word_and_explanation_is_said_in_every_language()
    {
        var known = city.Get<TextCatalogue>().Keys.ToHashSet();
        Enum.GetValues<ProblemCode>()
            .SelectMany(code => new[] { $"missions.rule.{code}", $"missions.rule.{code}.write" })
            .Concat(Problem.Words.Select(word => $"missions.word.{word}"))
            .Concat(Explanation.Keys.Select(key => $"missions.why.{key}"))
            .Concat(Enum.GetNames<PaymentOutcome>().Select(outcome => $"missions.payment.{outcome}"))
            .Except(known).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_published_version_cannot_be_changed_behind_anyones_back()
    {
        var file = Path.Combine(city.Pack.Folder, "missions", "heritage-rally.json");
        var document = await File.ReadAllTextAsync(file);
        var store = city.Get<MissionStore>();
        var changed = Encoding.UTF8.GetBytes(document.Replace("\"amount\": 100", "\"amount\": 900"));
        var mission = MissionDocument.Read(changed, PublishMissions.NamesOf(city.Pack)).Mission!;

        var stands = await store.PublishAsync(mission, changed, city.Clock.GetUtcNow(), CancellationToken.None);

        stands.ShouldBe(Encoding.UTF8.GetBytes(document));
    }

    static async Task<JsonElement> CheckAsync(HttpClient who, string document)
    {
        using var content = new StringContent(document, Encoding.UTF8, "application/json");
        using var answer = await who.PostAsync("/api/v1/missions/check", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
