using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>Wishes that a program hands in before the person comes (RFC 9126).</summary>
public sealed class PushRequestTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_pushed_wish_is_taken_once_and_only_by_its_service()
    {
        var program = await ServiceProgram.RegisterAsync(city, "pushed");
        var other = await ServiceProgram.RegisterAsync(city, "pushed-other");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var uri = await PushAsync(program);
        string AddressFor(ServiceProgram of) =>
            $"/oidc/authorize?client_id={of.Service.ClientId}&request_uri={Uri.EscapeDataString(uri)}";

        using var byOther = await meiling.Client.GetAsync(AddressFor(other));
        var told = await meiling.GoAsync(AddressFor(program));
        using var again = await meiling.Client.GetAsync(AddressFor(program));

        byOther.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await program.ExchangeAsync(told["code"])).StatusCode.ShouldBe(HttpStatusCode.OK);
        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pushed_wish_that_has_run_out_or_is_permitted_no_more_is_not_answered(bool isNarrowed)
    {
        var program = await ServiceProgram.RegisterAsync(city, $"pushed-late-{isNarrowed}".ToLowerInvariant());
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await meiling.GoAsync(program.AuthorizeAddress());
        var uri = await PushAsync(program);
        if (isNarrowed)
            await city.Get<ServiceStore>().SaveAsync(
                program.Service with { RedirectUris = ["https://service.example/other"] }, default);
        else
            city.Clock.Advance(TimeSpan.FromSeconds(61));

        using var answer = await meiling.Client.GetAsync(
            $"/oidc/authorize?client_id={program.Service.ClientId}&request_uri={Uri.EscapeDataString(uri)}");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    static async Task<string> PushAsync(ServiceProgram program)
    {
        using var pushed = await program.SendAsync("/oidc/par", program.Parameters());
        pushed.StatusCode.ShouldBe(HttpStatusCode.Created);
        return (await pushed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("request_uri").GetString()!;
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/")]
    [InlineData("code_challenge", null)]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x")]
    public async Task A_wish_that_is_not_permitted_cannot_be_pushed(string name, string? value)
    {
        var program = await ServiceProgram.RegisterAsync(city, "not-pushed");

        using var pushed = await program.SendAsync("/oidc/par", program.Parameters((name, value)));

        (await pushed.ErrorAsync()).ShouldBe("invalid_request");
    }
}
