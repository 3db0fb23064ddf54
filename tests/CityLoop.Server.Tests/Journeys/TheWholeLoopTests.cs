using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Insights;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>Act, earn, spend, refund, settle, see: through the pages, as three people do it.</summary>
public sealed class TheWholeLoopTests
{
    const string Rally = "heritage-rally";

    /// <summary>Each language has a city of its own: the loop begins with a wallet at zero.</summary>
    [Theory]
    [InlineData("zh-TW", Cast.LinMeiling)]
    [InlineData("en", Cast.EmmaDubois)]
    public async Task A_resident_earns_pays_and_is_refunded_and_the_city_settles_and_sees_it(
        string language, string who)
    {
        await using var city = new TestCity();
        await city.InitializeAsync();
        var resident = await Visit.OpenAsync(city, who, Screen.Phone, language);
        await resident.SignInWithPasskeyAsync();
        await EarnAsync(city, resident);

        var baker = await Visit.OpenAsync(city, Cast.HuangZhiming, Screen.Phone, language);
        await baker.SignInWithCodeAsync("/till");
        await SpendAsync(city, resident, baker);

        // The half-month ends; the officer comes in on the first of December.
        city.Clock.Advance(TimeSpan.FromDays(10));
        var officer = await Visit.OpenAsync(city, Cast.WangYating, Screen.Desk, language);
        await officer.SignInWithCodeAsync("/desk");
        (await new SettlementsPage(officer).SettleAsync()).ShouldBe([1, 120, 60, 60]);
        await city.DeskHasFollowedAsync();
        await SeeAsync(city, officer, language);

        city.Log.Lines.ShouldBeEmpty();
        foreach (var visit in new[] { resident, baker, officer })
            await visit.CloseAsync();
    }

    static async Task EarnAsync(TestCity city, Visit resident)
    {
        var spots = new SpotPage(resident, city);
        (await spots.AnswerAsync(Rally, 0)).ShouldNotContain("100");
        (await spots.AnswerAsync(Rally, 1)).ShouldNotContain("100");
        (await spots.AnswerAsync(Rally, 2)).ShouldContain("100");
        await resident.GoAsync("/missions");
        (await new WalletPage(resident).BalanceAsync()).ShouldBe(100);
    }

    static async Task SpendAsync(TestCity city, Visit resident, Visit baker)
    {
        var (wallet, code, till) = (new WalletPage(resident), new PayCodePage(resident), new TillPage(baker));
        (await till.ChargeAsync(60, await code.DigitsAsync())).ShouldBe(1, "3 % of 60 is 1.8, rounded down");
        await code.IsPaidAsync();
        (await wallet.BalanceAsync()).ShouldBe(41);

        await till.RefundLastAsync();
        (await wallet.BalanceAsync()).ShouldBe(100, "the 60 are back, the 1 went back");
        await resident.GoAsync("/history");

        city.Clock.Advance(TimeSpan.FromSeconds(31)); // A code works once; the next one comes half a minute later.
        (await till.ChargeAsync(60, await code.DigitsAsync())).ShouldBe(1);
        await code.IsPaidAsync();
        (await wallet.BalanceAsync()).ShouldBe(41);
    }

    static async Task SeeAsync(TestCity city, Visit officer, string language)
    {
        var texts = city.Get<TextCatalogue>();
        string Say(string key) => texts.Say(language, key);
        var desk = new DeskTables(officer);
        var day = Dates.Short(new DateOnly(2026, 11, 21), language);

        await desk.OpenAsync("/desk/flow");
        (await desk.CellAsync(day, Say("desk.earned"))).ShouldBe(101, "100 for the stamps, 1 + 1 − 1 back");
        (await desk.CellAsync(day, Say("desk.spent"))).ShouldBe(120);
        (await desk.CellAsync(day, Say("desk.refunded"))).ShouldBe(60);
        (await desk.CellAsync(Say("desk.todaySoFar"), Say("desk.settled"))).ShouldBe(60);
        var bakery = city.Pack.Shops.Single(s => s.Code == Cast.SunflowerBakery);
        var district = bakery.District.Names[language];
        (await desk.CellAsync(district, Say("desk.spent"))).ShouldBe(60);
        var rally = city.Pack.Budget("rally-2026").Names[language];
        (await desk.CellAsync(rally, Say("desk.left"))).ShouldBe(599_900);

        await desk.OpenAsync("/desk/merchants");
        (await desk.CellAsync(bakery.Names[language], Say("desk.spent"))).ShouldBe(120);
        (await desk.CellAsync(bakery.Names[language], Say("desk.owed"))).ShouldBe(0);

        await desk.OpenAsync("/desk/missions");
        var reward = texts.Say(language, "desk.rewardPoints", 3, 100L);
        (await desk.CellAsync(reward, Say("desk.placesLeft"))).ShouldBe(5_999);

        await desk.OpenAsync("/desk");
        var figures = await desk.FiguresAsync();
        figures[0].ShouldBe("41", "points in people's hands");
        figures[2].ShouldBe("60", "settled, and now with the bank");
    }
}
