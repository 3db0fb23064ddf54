using System.Net;
using CityLoop.Server.Merchants;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants;

public sealed class WrongCodeTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_code_that_has_run_out_is_told_from_a_wrong_one_and_a_guesser_waits()
    {
        await city.GiveAsync(Cast.LinMeiling, 1_000);
        city.Clock.Advance(WrongCodeLimit.Regain * (WrongCodeLimit.Burst + 1));
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var charged = await city.CodeOfAsync(Cast.LinMeiling);
        var charge = (await till.ChargeAsync(charged, 7)).ShouldBeDone();
        city.NextCode();
        var old = await city.CodeOfAsync(Cast.LinMeiling);
        city.Clock.Advance(TimeSpan.FromSeconds(90));

        (await till.ChargeAsync(old, 5)).ShouldBeRefused(HttpStatusCode.Conflict, "code_expired", "code");
        for (var guess = 0; guess < WrongCodeLimit.Burst; guess++)
            (await till.ChargeAsync($"{guess:D16}", 5))
                .ShouldBeRefused(HttpStatusCode.Conflict, "code_unknown", "code");
        (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 5))
            .ShouldBeRefused(HttpStatusCode.TooManyRequests, "too_many_wrong_codes", "code");
        // A till that lost an answer gets it again all the same, and a guess under that id is not looked at.
        (await till.ChargeAsync(charged, 7, charge.Id)).ShouldBeDone().Body.ToString()
            .ShouldBe(charge.Body.ToString());
        (await till.ChargeAsync($"{0:D16}", 7, charge.Id))
            .ShouldBeRefused(HttpStatusCode.Conflict, "id_already_used", "id");

        // Seconds, not minutes: the next customer is served.
        city.Clock.Advance(WrongCodeLimit.Regain);
        (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 5)).ShouldBeDone();
    }

    [Fact]
    public async Task A_guess_under_an_id_that_was_used_before_counts_like_any_other()
    {
        await city.GiveAsync(Cast.LinMeiling, 100);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        city.Clock.Advance(WrongCodeLimit.Regain * (WrongCodeLimit.Burst + 1));
        var charge = (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 7)).ShouldBeDone();

        for (var guess = 0; guess < WrongCodeLimit.Burst; guess++)
            (await till.ChargeAsync($"{guess:D16}", 7, charge.Id))
                .ShouldBeRefused(HttpStatusCode.Conflict, "id_already_used", "id");

        (await till.ChargeAsync($"{99:D16}", 7))
            .ShouldBeRefused(HttpStatusCode.TooManyRequests, "too_many_wrong_codes", "code");
        city.Clock.Advance(WrongCodeLimit.Regain * (WrongCodeLimit.Burst + 1));
    }

    [Fact]
    public void A_shop_gets_its_tries_back_one_by_one()
    {
        var clock = new TestClock();
        var limit = new WrongCodeLimit(clock);
        var (shop, other) = (Guid.NewGuid(), Guid.NewGuid());
        for (var wrong = 0; wrong < WrongCodeLimit.Burst; wrong++)
        {
            limit.WaitOf(shop).ShouldBe(TimeSpan.Zero);
            limit.CountWrong(shop);
        }

        limit.WaitOf(shop).ShouldBe(WrongCodeLimit.Regain);
        limit.WaitOf(other).ShouldBe(TimeSpan.Zero);
        clock.Advance(WrongCodeLimit.Regain);
        limit.WaitOf(shop).ShouldBe(TimeSpan.Zero);
        limit.CountWrong(shop);
        limit.WaitOf(shop).ShouldBe(WrongCodeLimit.Regain);
        clock.Advance(WrongCodeLimit.Regain * WrongCodeLimit.Burst);
        limit.CountWrong(shop);
        limit.WaitOf(shop).ShouldBe(TimeSpan.Zero);
    }
}
