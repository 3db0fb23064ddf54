using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.BankAccounts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Staff;

/// <summary>Where a shop is paid changes when its manager asks and two officers agree, and not before.</summary>
public sealed class AccountChangesTests : IAsyncLifetime
{
    static readonly BankAccount Other = new("9990002", "7654321", "SUNFLOWER BAKERY");

    readonly TestCity _city = new();

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task The_next_half_month_to_be_closed_goes_to_the_account_that_two_officers_agreed_to()
    {
        using var manager = await _city.SignInAsync(Cast.HuangZhiming);
        using var wrong = await AskAsync(manager, Other with { Code = "999" });
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await wrong.Content.ReadAsStringAsync()).ShouldContain("請填 7 位數字");
        using var asked = await AskAsync(manager, Other);
        (await asked.Content.ReadAsStringAsync()).ShouldContain("已送出");
        (await _city.LetterAsync(_city.ContactOf(Cast.HuangZhiming), "要改入帳帳戶嗎")).ShouldContain("7654321");
        using var first = await _city.SignInAsync(Cast.WangYating);
        using var second = await _city.SignInAsync(Cast.ZhangJianguo);

        (await DecideAsync(first, "approve")).ShouldContain("已同意");
        (await DecideAsync(first, "approve")).ShouldContain("你已經同意過");
        (await BankAsync()).ShouldNotBe(Other);
        (await DecideAsync(second, "approve")).ShouldContain("帳戶已改");

        (await BankAsync()).ShouldBe(Other);
        await _city.LetterAsync(_city.ContactOf(Cast.HuangZhiming), "入帳帳戶改了");
        await _city.GiveAsync(Cast.LinMeiling, 100);
        (await manager.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 40)).ShouldBeDone();
        _city.Clock.Advance(TimeSpan.FromDays(17));
        var settle = _city.Get<SettleShops>();
        var payout = (await settle.RunAsync(settle.Yesterday, default)).Payout[^1];
        (await _city.Get<SettlementStore>().LinesAsync(payout.Id, default))
            .Single(line => line.Code == Cast.SunflowerBakery).Bank.ShouldBe(Other);
        // The city's own list is read at every start.
        await _city.RestartAsync();
        (await BankAsync()).ShouldBe(Other);
    }

    [Fact]
    public async Task A_manager_takes_a_change_back_and_one_officer_refuses_one()
    {
        var (changes, shop, before) = (_city.Get<AccountChanges>(), await BakeryAsync(), await BankAsync());
        var (manager, officer) = (PersonId.OfCast(Cast.HuangZhiming), PersonId.OfCast(Cast.WangYating));
        (await changes.AskAsync(PersonId.OfCast(Cast.LinMeiling), shop, Other, default))
            .ShouldBe(AccountOutcome.NotYours);
        (await changes.AskAsync(manager, shop, Other, default)).ShouldBe(AccountOutcome.Done);
        (await changes.AskAsync(manager, shop, Other, default)).ShouldBe(AccountOutcome.AnotherWaits);
        var id = (await changes.WaitingAsync(shop, default))!.Id;

        (await changes.TakeBackAsync(manager, shop, default)).ShouldBe(AccountOutcome.Done);
        (await changes.DecideAsync(officer, id, true, default)).ShouldBe(AccountOutcome.DecidedBefore);
        (await changes.AskAsync(manager, shop, Other, default)).ShouldBe(AccountOutcome.Done);
        id = (await changes.WaitingAsync(shop, default))!.Id;
        (await changes.DecideAsync(officer, id, false, default)).ShouldBe(AccountOutcome.Done);

        (await BankAsync()).ShouldBe(before);
        (await changes.WaitingAsync(shop, default)).ShouldBeNull();
    }

    [Theory]
    [InlineData(Screen.Phone)]
    [InlineData(Screen.Desk)]
    public async Task Both_pages_are_for_everybody_who_may_see_them(Screen screen)
    {
        (await _city.Get<AccountChanges>().AskAsync(
            PersonId.OfCast(Cast.HuangZhiming), await BakeryAsync(), Other, default)).ShouldBe(AccountOutcome.Done);
        foreach (var (who, page) in new[]
        {
            (Cast.HuangZhiming, ChangeAccount.Page), (Cast.WangYating, ChangeAccount.Desk),
        })
        {
            var browser = await Browser.OpenAsync(_city, screen);
            await browser.SignInAsync(_city, who, page);
            await browser.PictureAsync($"account-{who}-{(int)screen}", fullPage: true);
            await browser.ShouldBeAccessibleAsync();
            (await browser.EvaluateAsync<int>("document.documentElement.scrollWidth"))
                .ShouldBeLessThanOrEqualTo((int)screen);
        }
    }

    static Task<HttpResponseMessage> AskAsync(HttpClient manager, BankAccount bank) => manager.SubmitAsync(
        ChangeAccount.Page, "change-account", ("BankCode", bank.Code), ("BankAccount", bank.Number),
        ("AccountHolder", bank.Holder));

    static async Task<string> DecideAsync(HttpClient officer, string decision)
    {
        using var decided = await officer.SubmitAsync(ChangeAccount.Desk, "/decision", ("decision", decision));
        return await decided.Content.ReadAsStringAsync();
    }

    async Task<Guid> BakeryAsync() => (await _city.ShopAsync(Cast.SunflowerBakery)).Id;

    async Task<BankAccount> BankAsync() =>
        (await _city.Get<MerchantStore>().OfCodeAsync(Cast.SunflowerBakery, default))!.Bank;
}
