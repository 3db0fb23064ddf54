using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Tests.Missions;

/// <summary>The rally over HTTP, by the API that an app would use.</summary>
public sealed class AnswerSpotTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    static int _next;

    HttpClient _meiling = null!;

    public async ValueTask InitializeAsync()
    {
        city.Clock.Set(TestClock.Start);
        _meiling = await city.SignInAsync(Cast.LinMeiling);
    }

    public ValueTask DisposeAsync()
    {
        _meiling.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Three_right_answers_pay_a_hundred_points_once_and_a_replay_gets_the_same_answer()
    {
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var spots = city.Rally().Activities.Select(a => a.Id).ToArray();
        (await AnswerAsync(emma, spots[0])).Json.GetProperty("sentence").GetString()!.ShouldContain("1／3");
        (await AnswerAsync(emma, spots[1])).Json.GetProperty("points").GetArrayLength().ShouldBe(0);

        var id = NewId();
        var third = await AnswerAsync(emma, spots[2], id: id);
        third.Status.ShouldBe(HttpStatusCode.OK);
        var points = third.Json.GetProperty("points").EnumerateArray().Single();
        points.GetProperty("amount").GetInt64().ShouldBe(100);
        points.GetProperty("outcome").GetString().ShouldBe("paid");
        third.Json.GetProperty("tickets").EnumerateArray().Single().GetProperty("draw").GetString()
            .ShouldBe("rally-draw");

        var replay = await AnswerAsync(emma, spots[2], id: id);
        replay.Json.GetRawText().ShouldBe(third.Json.GetRawText());
        ShouldBeProblem(
            await AnswerAsync(emma, spots[2], answer: 9, id: id), HttpStatusCode.Conflict,
            "id_used_with_other_content");
        ShouldBeProblem(
            await AnswerAsync(emma, spots[3], id: id), HttpStatusCode.Conflict, "id_used_with_other_content");
        ShouldBeProblem(await AnswerAsync(emma, spots[2]), HttpStatusCode.Conflict, "already_stamped");

        var rally = (await emma.GetFromJsonAsync<JsonElement>("/api/v1/missions")).EnumerateArray().Single();
        rally.GetProperty("stamps").GetInt32().ShouldBe(3);
        var reward = rally.GetProperty("rewards")[0];
        reward.GetProperty("earned").GetBoolean().ShouldBeTrue();
        (reward.GetProperty("places").GetInt64(), reward.GetProperty("placesLeft").GetInt64()).ShouldBe((6000, 5999));
    }

    [Fact]
    public async Task A_wrong_answer_gives_no_stamp_and_can_be_tried_again_after_a_minute()
    {
        const string spot = "wanhe-temple";
        var wrong = ShouldBeProblem(
            await AnswerAsync(_meiling, spot, city.RightAnswer(spot) % 3 + 1), HttpStatusCode.Conflict, "answer_wrong");
        wrong.GetProperty("field").GetString().ShouldBe("answer");
        wrong.GetProperty("detail").GetString().ShouldBe("等 60 秒可以再答，今天還有 4 次機會。");
        ShouldBeProblem(await AnswerAsync(_meiling, spot), HttpStatusCode.Conflict, "too_soon_after_wrong_answer")
            .GetProperty("detail").GetString()!.ShouldContain("60 秒");

        city.Clock.Advance(TimeSpan.FromSeconds(60));
        (await AnswerAsync(_meiling, spot)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("no answer", """{"id":"0199aaaa-0000-7000-8000-000000000001"}""", 400, "answer_missing")]
    [InlineData("answer 4 of 3", """{"id":"0199aaaa-0000-7000-8000-000000000001","answer":4}""", 400, "answer_missing")]
    [InlineData("answer -1", """{"id":"0199aaaa-0000-7000-8000-000000000001","answer":-1}""", 400, "answer_missing")]
    [InlineData("no id", """{"answer":1}""", 400, "id_missing")]
    [InlineData("another mission", """{"id":"0199aaaa-0000-7000-8000-000000000001","mission":"x","answer":1}""", 404,
        "no_mission_at_spot")]
    [InlineData("a text for a number", """{"id":"0199aaaa-0000-7000-8000-000000000001","answer":"two"}""", 400, null)]
    [InlineData("a huge number", """{"id":"0199aaaa-0000-7000-8000-000000000001","answer":99999999999}""", 400, null)]
    [InlineData("no JSON", "answer=1", 400, null)]
    public async Task Bad_input_gets_a_problem_and_changes_nothing(string what, string body, int status, string? code)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _meiling.PostAsync(
            $"/api/v1/spots/{city.CodeOf("gongbao-mansion")}/answers", content);
        ((int)answer.StatusCode).ShouldBe(status, what);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().ShouldNotBeNullOrEmpty();
        if (code is not null)
            problem.GetProperty("code").GetString().ShouldBe(code, what);
    }

    [Theory]
    [InlineData("0000000000000000")]
    [InlineData("gongbao-mansion")]
    [InlineData("%00")]
    [InlineData("../missions")]
    public async Task A_code_that_is_not_printed_anywhere_opens_nothing(string code)
    {
        using var answer = await _meiling.PostAsJsonAsync(
            $"/api/v1/spots/{Uri.EscapeDataString(code)}/answers", new { id = NewId(), answer = 1 });
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task One_spots_code_says_nothing_about_anothers_and_stays_after_a_restart()
    {
        var codes = city.Pack.Spots.Select(spot => city.CodeOf(spot.Id)).ToList();
        codes.ShouldBeUnique();
        codes.ShouldAllBe(code => code.Length == 16);
        await city.RestartAsync();
        city.Pack.Spots.Select(spot => city.CodeOf(spot.Id)).ShouldBe(codes);
    }

    [Theory]
    [InlineData("2026-09-30T23:59:59+08:00", "mission_has_not_begun")]
    [InlineData("2026-10-01T00:00:00+08:00", null)]
    [InlineData("2026-12-31T23:59:59+08:00", null)]
    [InlineData("2027-01-01T00:00:00+08:00", "mission_is_over")]
    public async Task The_period_is_counted_in_the_citys_own_days(string at, string? code)
    {
        city.Clock.Set(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture));
        using var zhiming = await city.SignInAsync(Cast.HuangZhiming);
        var spot = at.StartsWith("2026-10", StringComparison.Ordinal) ? "old-station" : "lake-pavilion";
        var answer = await AnswerAsync(zhiming, spot);
        if (code is null)
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Json.GetRawText());
        else
            ShouldBeProblem(answer, HttpStatusCode.Conflict, code);
    }

    [Fact]
    public async Task Nobody_answers_for_another_and_a_stranger_is_asked_to_sign_in()
    {
        using var visitor = city.Visit();
        visitor.DefaultRequestHeaders.Add(Security.ApiHeader, "1");
        ShouldBeProblem(
            await AnswerAsync(visitor, "zhenlan-temple"), HttpStatusCode.Unauthorized, "sign_in_first");

        // The same id from another person is another act: it neither collides nor tells of the first one.
        var id = NewId();
        (await AnswerAsync(_meiling, "zhaixing-villa", id: id)).Status.ShouldBe(HttpStatusCode.OK);
        using var yating = await city.SignInAsync(Cast.WangYating);
        var hers = await AnswerAsync(yating, "zhaixing-villa", id: id);
        hers.Status.ShouldBe(HttpStatusCode.OK);
        hers.Json.GetProperty("sentence").GetString()!.ShouldContain("1／3");

        // Nor does a link to somebody's result show it to anybody else.
        var result = $"/spots/{city.CodeOf("zhaixing-villa")}?act={id}";
        (await _meiling.GetStringAsync(result)).ShouldContain("蓋到了！");
        using var shufen = await city.SignInAsync(Cast.LiShufen);
        (await shufen.GetStringAsync(result)).ShouldNotContain("蓋到了！");
    }

    async Task<(HttpStatusCode Status, JsonElement Json)> AnswerAsync(
        HttpClient who, string spot, int? answer = null, Guid? id = null)
    {
        using var response = await who.PostAsJsonAsync(
            $"/api/v1/spots/{city.CodeOf(spot)}/answers",
            new { id = id ?? NewId(), answer = answer ?? city.RightAnswer(spot) });
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    static JsonElement ShouldBeProblem(
        (HttpStatusCode Status, JsonElement Json) answer, HttpStatusCode status, string code)
    {
        answer.Json.TryGetProperty("code", out var given).ShouldBeTrue(answer.Json.GetRawText());
        given.GetString().ShouldBe(code);
        answer.Status.ShouldBe(status, ReasonPhrases.GetReasonPhrase((int)answer.Status));
        return answer.Json;
    }

    static Guid NewId() => DerivedId.From("answer-spot-test", $"{Interlocked.Increment(ref _next)}");
}
