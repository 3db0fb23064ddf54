using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Pass;

public sealed class SignInTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData(Cast.LinMeiling, "林美玲", new[] { "resident" })]
    [InlineData(Cast.HuangZhiming, "黃志明", new[] { "resident", "shop_worker" })]
    [InlineData(Cast.WangYating, "王雅婷", new[] { "resident", "city_staff" })]
    [InlineData(Cast.LiShufen, "李淑芬", new[] { "resident", "auditor" })]
    public async Task Somebody_of_the_cast_signs_in_with_the_code_that_arrives(string who, string name, string[] roles)
    {
        using var client = await city.SignInAsync(who);

        var me = await client.GetFromJsonAsync<JsonElement>("/api/v1/me");

        me.GetProperty("name").GetString().ShouldBe(name);
        me.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(roles);
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_shown_the_door_and_comes_back()
    {
        using var visitor = city.Visit();
        using var shown = await visitor.GetAsync("/me");

        shown.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/sign-in?returnUrl=%2Fme");
        (await visitor.SignInAsync(city, city.ContactOf(Cast.LinMeiling))).AbsolutePath.ShouldBe("/me");
        using var refused = await city.Visit().GetAsync("/api/v1/me");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()
            .ShouldBe("sign_in_first");
    }

    [Fact]
    public async Task The_first_officer_is_who_the_operator_named_and_nobody_else()
    {
        using var officer = city.Visit();
        using var other = city.Visit();
        await officer.SignInAsync(city, "First-Officer@example.org");
        await other.SignInAsync(city, "second-officer@example.org");

        (await RolesOfAsync(officer)).ShouldBe(["resident", "city_staff"]);
        (await RolesOfAsync(other)).ShouldBe(["resident"]);
    }

    [Fact]
    public async Task A_passkey_is_added_only_soon_after_signing_in_and_after_signing_in_again()
    {
        using var client = await city.SignInAsync(Cast.LinMeiling);
        (await OfferAsync(client)).ShouldBe(HttpStatusCode.OK);
        city.Clock.Advance(Sessions.FreshFor);

        using var offer = await client.PostAsync("/api/v1/me/passkeys/offer", null);
        (await offer.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("sign_in_again");
        using var add = await client.PostAsJsonAsync("/api/v1/me/passkeys", new { credential = new { } });
        (await add.ProblemCodeAsync(HttpStatusCode.Forbidden)).ShouldBe("sign_in_again");
        (await client.GetStringAsync("/me/devices"))
            .ShouldContain("href=\"/sign-in?returnUrl=%2Fme%2Fdevices\"");

        await client.SignInAsync(city, city.ContactOf(Cast.LinMeiling));
        (await OfferAsync(client)).ShouldBe(HttpStatusCode.OK);
        (await client.GetStringAsync("/me/devices")).ShouldContain("id=\"add-passkey\"");
    }

    static async Task<HttpStatusCode> OfferAsync(HttpClient client)
    {
        using var answer = await client.PostAsync("/api/v1/me/passkeys/offer", null);
        return answer.StatusCode;
    }

    static async Task<IEnumerable<string?>> RolesOfAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/me")).GetProperty("roles").EnumerateArray()
            .Select(r => r.GetString());
}
