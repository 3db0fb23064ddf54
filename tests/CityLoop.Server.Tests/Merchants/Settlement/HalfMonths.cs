using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Settlement;

/// <summary>Sales, and the half-months in which they are.</summary>
static class HalfMonths
{
    public static DateOnly EndOfHalfMonth(this TestCity city) =>
        SettlementWindow.Containing(city.Get<SettleShops>().Yesterday.AddDays(1)).To;

    /// <summary>
    /// It is the morning after the half-month of today, and never a window later; answers its last day.
    /// </summary>
    public static DateOnly PassHalfMonth(this TestCity city)
    {
        var end = city.EndOfHalfMonth();
        city.Clock.Set(new(end.AddDays(1), new(9, 0), TestClock.Start.Offset));
        return end;
    }

    public static async Task<Guid> PayAsync(this TestCity city, string shop, long amount)
    {
        await city.GiveAsync(Cast.EmmaDubois, amount);
        using var person = await city.SignInAsync(Cast.EmmaDubois);
        return (await person.SendAsync(
            "/api/v1/wallet/payments", $$"""{"id":"{{Guid.NewGuid()}}","shop":"{{shop}}","amount":{{amount}}}"""))
            .ShouldBeDone().Id;
    }
}
