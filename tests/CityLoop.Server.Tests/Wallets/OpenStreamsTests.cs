using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Pass.Counter;
using CityLoop.Server.Web;

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
    public async Task Who_acts_for_somebody_no_more_hears_of_no_more_payments()
    {
        using var elder = city.Visit();
        await elder.SignInAsync(city, "followed@example.org");
        using var helper = city.Visit();
        await helper.SignInAsync(city, "follower@example.org");
        var (person, mandates) = (await elder.IdAsync(), city.Get<Mandates>());
        var representative = await helper.IdAsync();
        await mandates.AskAsync(
            person, Contact.Read("follower@example.org"), city.Get<CityClock>().Today.AddDays(9), default);
        await city.Get<GuardianAsks>().AcceptAsync(representative, person, default);
        (await helper.SubmitAsync("/me/family", "action=\"/me/family/act\"")).Dispose();
        using var window = await FollowAsync(helper);
        window.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await mandates.EndAsync(person, representative, default)).ShouldBeTrue();
        var account = await city.Get<PersonAccounts>().OfAsync(person, city.Pack.MainCurrency.Id, default);
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", default);
        await city.PostAsync(new Transfer(Guid.NewGuid(), budget, account, 100, TransferCode.Earn));

        using var lines = new StreamReader(await window.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
            line.ShouldNotBe("event: movement");
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
