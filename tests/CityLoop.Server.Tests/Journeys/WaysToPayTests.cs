using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>Whoever comes to the counter can pay: without a phone, and from abroad.</summary>
public sealed class WaysToPayTests(TestCity city) : IClassFixture<TestCity>
{
    const string Pin = "274918";

    [Fact]
    public async Task An_elder_without_a_phone_pays_by_card_with_pin()
    {
        await city.GiveAsync(Cast.ChenATu, 1_000);
        await city.SetRebateBudgetAsync(1_000_000);
        var before = await city.BalanceOfAsync(Cast.ChenATu);
        var card = await CardAsync(Cast.ChenATu);
        var baker = await Visit.OpenAsync(city, Cast.HuangZhiming, Screen.Phone, "zh-TW");
        await baker.SignInWithCodeAsync("/till");

        // A loaf of bread: the card alone is enough.
        var till = new TillPage(baker);
        (await till.ChargeAsync(80, card)).ShouldBe(2);

        // A birthday cake: the elder types the PIN, wrongly at first.
        await till.AskAsync(620, card);
        await baker.Page.WaitForSelectorAsync("#pin-step:not([hidden])");
        // A refusal is an answer, which the browser calls an error: only the eye looks from here on.
        await baker.Page.PictureAsync("journey-card-pin");
        await baker.Page.ShouldBeAccessibleAsync();
        (await city.BalanceOfAsync(Cast.ChenATu)).ShouldBe(before - 78);
        await baker.Page.FillAsync("#pin", "111222");
        await baker.Page.ClickAsync("#take");
        await baker.Page.WaitForSelectorAsync("#problem:has-text('密碼不對')");
        await baker.Page.FillAsync("#pin", Pin);
        await baker.Page.ClickAsync("#take");
        await baker.Page.WaitForSelectorAsync("#result:not([hidden])");
        await baker.Page.ShouldBeAccessibleAsync();

        (await baker.TextAsync("#paid")).ShouldBe("620");
        (await city.BalanceOfAsync(Cast.ChenATu)).ShouldBe(before - 78 - 620 + 18);
        await baker.CloseAsync();
    }

    [Fact]
    public async Task A_visitor_from_abroad_with_a_passkey_alone_earns_points_and_pays_with_them()
    {
        await city.SetRebateBudgetAsync(1_000_000);
        var visitor = await Visit.OpenAsync(city, "visitor", Screen.Phone, "en");
        await visitor.Page.WithPasskeysAsync();
        await visitor.GoAsync("/sign-up");
        await visitor.Page.ClickAsync("#sign-up");
        await visitor.Page.WaitForURLAsync("**/welcome");
        await visitor.LookAsync();
        await visitor.Page.FillAsync("#name", "Emma");
        await visitor.Page.PressAsync("#name", "Enter");
        await visitor.Page.WaitForURLAsync("**/me/recovery?at=welcome");
        await visitor.LookAsync();

        var spots = new SpotPage(visitor, city);
        for (var spot = 0; spot < 3; spot++)
            await spots.AnswerAsync("heritage-rally", spot);
        var wallet = new WalletPage(visitor);
        (await wallet.BalanceAsync()).ShouldBe(100, "a stranger to every register, and the rally is theirs as well");

        var baker = await Visit.OpenAsync(city, Cast.HuangZhiming, Screen.Phone, "zh-TW");
        await baker.SignInWithCodeAsync("/till");
        var code = new PayCodePage(visitor);
        (await new TillPage(baker).ChargeAsync(60, await code.DigitsAsync())).ShouldBe(1);
        await code.IsPaidAsync();
        await visitor.LookAsync();
        (await visitor.TextAsync("#paid")).ShouldStartWith("60");
        (await wallet.BalanceAsync()).ShouldBe(41);
        await visitor.CloseAsync();
        await baker.CloseAsync();
    }

    async Task<string> CardAsync(string castId)
    {
        var cards = city.Get<CardStore>();
        var stop = TestContext.Current.CancellationToken;
        var (serial, code) = (await cards.PrintAsync(PersonId.OfCast(Cast.WangYating), 1, stop))[0];
        await cards.BindToAsync(
            PersonId.OfCast(Cast.WangYating), serial, PersonId.OfCast(castId), isFirst: false, stop);
        (await cards.ConfirmAsync(PersonId.OfCast(Cast.ZhangJianguo), serial, stop))
            .ShouldBe(ConfirmOutcome.Confirmed);
        (await cards.SetPinAsync(serial, Pin, stop)).ShouldBeTrue();
        return code.Text;
    }
}
