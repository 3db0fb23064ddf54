using System.Net;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>Strangers who only want to fill our tables.</summary>
public sealed class ArrivalLimitsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task An_address_sends_no_more_strangers_than_it_may_and_people_who_are_signed_in_go_on()
    {
        var program = await ServiceProgram.RegisterAsync(city, "arrivals");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        using var stranger = city.Visit(followsRedirects: false);
        var left = ArrivalLimits.Max;
        var callers = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                (await stranger.GetAsync(program.AuthorizeAddress())).StatusCode.ShouldBe(HttpStatusCode.Found);
        });
        await Task.WhenAll(callers);

        using var tooMany = await stranger.GetAsync(program.AuthorizeAddress());

        (await tooMany.PageAsync(HttpStatusCode.TooManyRequests)).ShouldContain("試的次數太多了");
        (await meiling.GoAsync(program.AuthorizeAddress())).ShouldContainKey("code");
        city.Clock.Advance(TimeSpan.FromMinutes(10));
        (await stranger.GetAsync(program.AuthorizeAddress())).StatusCode.ShouldBe(HttpStatusCode.Found);
    }
}
