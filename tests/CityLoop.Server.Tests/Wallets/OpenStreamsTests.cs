using System.Net;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Wallets;

namespace CityLoop.Server.Tests.Wallets;

public sealed class OpenStreamsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Nobody_follows_their_wallet_in_more_windows_than_they_have_eyes_for()
    {
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var windows = new List<HttpResponseMessage>();
        for (var i = 0; i < OpenStreams.MostOfPerson; i++)
            windows.Add(await FollowAsync(meiling));
        windows.ShouldAllBe(window => window.StatusCode == HttpStatusCode.OK);

        using var refused = await FollowAsync(meiling);
        (await refused.ProblemCodeAsync(HttpStatusCode.TooManyRequests)).ShouldBe("too_many_windows");
        using var other = await FollowAsync(emma);
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
        windows.ForEach(window => window.Dispose());
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                using var again = await FollowAsync(meiling);
                return again.StatusCode == HttpStatusCode.OK;
            }, TimeSpan.FromSeconds(30), "a window that was closed gives its place back");
    }

    [Fact]
    public void The_city_has_a_most_too_and_a_place_is_given_back_once()
    {
        var streams = new OpenStreams(most: 2, mostOfPerson: 2);
        streams.TryOpen(PersonId.OfCast("a"), out var first).ShouldBe(OpenStreams.Outcome.Opened);
        streams.TryOpen(PersonId.OfCast("b"), out _).ShouldBe(OpenStreams.Outcome.Opened);
        streams.TryOpen(PersonId.OfCast("c"), out _).ShouldBe(OpenStreams.Outcome.CityHasMost);

        first!.Dispose();
        first.Dispose();

        streams.TryOpen(PersonId.OfCast("c"), out _).ShouldBe(OpenStreams.Outcome.Opened);
        streams.TryOpen(PersonId.OfCast("d"), out _).ShouldBe(OpenStreams.Outcome.CityHasMost);
    }

    static Task<HttpResponseMessage> FollowAsync(HttpClient client) =>
        client.GetAsync("/api/v1/wallet/events", HttpCompletionOption.ResponseHeadersRead);
}
