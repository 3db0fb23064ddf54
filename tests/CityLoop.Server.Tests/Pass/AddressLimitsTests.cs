using System.Net;
using System.Net.Http.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Pass;

public sealed class AddressLimitsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task An_address_that_asks_for_a_hundred_codes_is_told_to_wait_but_a_passkey_is_still_asked_for()
    {
        using var client = city.Visit();
        for (var i = 0; i < AddressLimits.DefaultMax; i++)
        {
            using var sent = await client.PostAsJsonAsync("/api/v1/sign-in/code", new
            { contact = $"many{i}@example.org" });
            sent.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var refused = await client.PostAsJsonAsync("/api/v1/sign-in/code", new
        { contact = "onemore@example.org" });
        using var passkey = await client.PostAsync("/api/v1/sign-in/passkey/challenge", null);
        city.Clock.Advance(AddressLimits.Window);
        using var later = await client.PostAsJsonAsync("/api/v1/sign-in/code", new { contact = "onemore@example.org" });

        (await refused.ProblemCodeAsync(HttpStatusCode.TooManyRequests)).ShouldBe("too_many_requests");
        passkey.StatusCode.ShouldBe(HttpStatusCode.OK);
        later.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", true)]
    [InlineData("203.0.113.1", "203.0.113.2", true)]
    [InlineData("203.0.113.1", "::ffff:203.0.113.1", false)]
    public void One_household_counts_as_one_address(string first, string second, bool isAllowed)
    {
        var limits = new AddressLimits(new TestClock(), attemptsMax: 1);
        limits.Allows(IPAddress.Parse(first)).ShouldBeTrue();

        limits.Allows(IPAddress.Parse(second)).ShouldBe(isAllowed);
    }

    [Fact]
    public void A_rented_site_of_ipv6_does_not_count_as_thousands_of_households()
    {
        var limits = new AddressLimits(new TestClock(), attemptsMax: 1);
        for (var network = 0; network < AddressLimits.HouseholdsInSite; network++)
            limits.Allows(IPAddress.Parse($"2001:db8:1:{network:x}::1")).ShouldBeTrue();

        limits.Allows(IPAddress.Parse("2001:db8:1:ffff::1")).ShouldBeFalse();
        limits.Allows(IPAddress.Parse("2001:db8:2:ffff::1")).ShouldBeTrue();
    }

    [Fact]
    public void Nobody_gets_a_new_share_by_coming_from_very_many_addresses_between()
    {
        var limits = new AddressLimits(new TestClock(), attemptsMax: 5);
        var guesser = IPAddress.Parse("203.0.113.1");
        for (var i = 0; i < 5; i++)
            limits.Allows(guesser).ShouldBeTrue();

        for (var i = 0; i < 150_000; i++)
            limits.Allows(new IPAddress(0x0A000000L + i));

        limits.Allows(guesser).ShouldBeFalse();
        limits.IsUsedUp(guesser).ShouldBeTrue();
        limits.Allows(IPAddress.Parse("198.51.100.7")).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_asks_many_times_at_once_gets_no_more_than_one_after_the_other()
    {
        var limits = new AddressLimits(new TestClock(), attemptsMax: 20_000);
        var guesser = IPAddress.Parse("203.0.113.1");
        using var start = new Barrier(4);
        var allowed = 0;
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            for (var i = 0; i < 20_000; i++)
                if (limits.Allows(guesser))
                    Interlocked.Increment(ref allowed);
        }, TaskCreationOptions.LongRunning));

        await Task.WhenAll(callers);

        allowed.ShouldBe(20_000);
    }
}
