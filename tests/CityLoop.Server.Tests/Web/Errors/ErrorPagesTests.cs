using System.Net;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Web.Errors;

public sealed class ErrorPagesTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task An_address_that_is_not_there_says_so_to_readers_and_to_programs()
    {
        using var client = city.Visit();
        using var page = await client.GetAsync("/no-such-page");
        using var call = await client.GetAsync("/api/v1/no-such-thing?language=en");

        (await page.PageAsync(HttpStatusCode.NotFound)).ShouldContain("找不到這一頁");
        (await call.ProblemCodeAsync(HttpStatusCode.NotFound)).ShouldBe("not_found");
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_the_senders_mistake()
    {
        using var client = city.Visit();

        using var answer = await client.PostAsync(
            "/api/v1/sign-in/code", new StringContent("{\"contact\":", null, "application/json"));

        (await answer.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("request_not_understood");
    }

    [Fact]
    public async Task A_defect_is_told_with_a_trace_id_that_stands_in_the_log_and_with_nothing_else()
    {
        using var client = await city.SignInAsync(Cast.LinMeiling);
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("alter table pass.passkey rename to passkey_away");
        try
        {
            using var answer = await client.GetAsync("/me");
            using var call = await client.PostAsync("/api/v1/me/passkeys/offer", null);

            var page = await answer.PageAsync(HttpStatusCode.InternalServerError);
            page.ShouldContain("我們這邊出了問題");
            page.ShouldMatch("<code>[0-9a-f]{32}</code>");
            page.ShouldNotContain("passkey_away");
            page.ShouldNotContain("Npgsql");
            (await call.ProblemCodeAsync(HttpStatusCode.InternalServerError)).ShouldBe("defect");
            (await call.Content.ReadAsStringAsync()).ShouldContain("traceId");
            city.Log.Lines.ShouldContain(line => line.Contains("pass.passkey", StringComparison.Ordinal));
        }
        finally
        {
            await connection.ExecuteAsync("alter table pass.passkey_away rename to passkey");
        }
    }
}
