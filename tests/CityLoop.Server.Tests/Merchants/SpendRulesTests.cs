using System.Net;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Tidy;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>Where the city's rules stand between a person and a shop, and what both are told.</summary>
public sealed class SpendRulesTests : IAsyncLifetime
{
    readonly TestCity _city = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task A_shop_outside_of_the_rule_is_told_so_at_its_till_and_on_the_person_s_phone()
    {
        await BeginAsync("\"spending\": { \"districts\": [\"66000010\"] }");
        await _city.GiveAsync(Cast.LinMeiling, 100);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        using var phone = await _city.SignInAsync(Cast.LinMeiling);

        (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 10))
            .ShouldBeRefused(HttpStatusCode.Conflict, "currency_not_accepted_here");
        (await PayAsync(phone, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "currency_not_accepted_here", "shop");
        (await PayAsync(phone, 10, "green-river")).ShouldBeDone();

        (await phone.GetStringAsync("/pay/sunflower?language=en", Stop)).ShouldContain("cannot be spent at this shop");
        var shops = await phone.GetStringAsync("/shops?language=en", Stop);
        shops.ShouldContain("Green River Books");
        shops.ShouldNotContain("Sunflower Bakery");
    }

    [Fact]
    public async Task Goods_that_the_points_do_not_pay_for_are_named_beforehand_and_refused_at_the_till()
    {
        await BeginAsync("""
            "spending": { "notGoods": [
              { "code": "tobacco", "names": { "zh-TW": "菸品", "en": "tobacco", "ja": "たばこ" } },
              { "code": "gift-cards", "names": { "zh-TW": "禮券", "en": "gift cards", "ja": "商品券" } } ] }
            """);
        await _city.GiveAsync(Cast.LinMeiling, 500);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        using var phone = await _city.SignInAsync(Cast.LinMeiling);
        (await till.GetStringAsync("/till?language=en", Stop)).ShouldContain("Not for: tobacco, gift cards");
        (await phone.GetStringAsync("/pay/sunflower?language=en", Stop)).ShouldContain("Not for: tobacco, gift cards");
        var code = await _city.CodeOfAsync(Cast.LinMeiling);

        var refused = await ChargeAsync(till, code, 300, ("bread", 120), ("Tobacco", 100), (" gift-cards", 80));
        refused.ShouldBeRefused(HttpStatusCode.Conflict, "goods_excluded", "goods");
        refused.Body.GetProperty("detail").GetString()!.ShouldContain("180");
        (await ChargeAsync(till, code, 300, ("bread", 120), ("tea", 181)))
            .ShouldBeRefused(HttpStatusCode.BadRequest, "goods_not_valid", "goods");
        (await ChargeAsync(till, code, 300, ("bread", 0)))
            .ShouldBeRefused(HttpStatusCode.BadRequest, "goods_not_valid", "goods");

        // The refusals used nothing up: the code on the phone pays for the rest.
        (await ChargeAsync(till, code, 120, ("bread", 100))).ShouldBeDone();
    }

    [Fact]
    public async Task What_was_paid_before_the_rule_changed_is_told_again()
    {
        await _city.GiveAsync(Cast.LinMeiling, 100);
        var id = Guid.NewGuid();
        using (var before = await _city.SignInAsync(Cast.LinMeiling))
            (await PayAsync(before, 10, id: id)).ShouldBeDone();

        await BeginAsync("\"spending\": { \"notCategories\": [\"bakery\"] }");

        using var phone = await _city.SignInAsync(Cast.LinMeiling);
        (await PayAsync(phone, 10, id: id)).ShouldBeDone();
        (await PayAsync(phone, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "currency_not_accepted_here", "shop");
    }

    [Fact]
    public async Task A_limit_of_the_day_is_told_as_such_and_is_over_the_next_morning()
    {
        await BeginAsync("\"limits\": "
            + "[{ \"number\": 1, \"what\": \"pay\", \"per\": \"person\", \"period\": \"day\", \"max\": 50 }]");
        await _city.GiveAsync(Cast.LinMeiling, 200);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        using var phone = await _city.SignInAsync(Cast.LinMeiling);

        (await PayAsync(phone, 40)).ShouldBeDone();
        (await PayAsync(phone, 11)).ShouldBeRefused(HttpStatusCode.Conflict, "limit_is_reached", "amount");
        (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 11))
            .ShouldBeRefused(HttpStatusCode.Conflict, "limit_is_reached", "amount");

        _city.Clock.Advance(TimeSpan.FromDays(1));
        await _city.Get<DayTurn>().TurnAsync(Stop);
        (await PayAsync(phone, 11)).ShouldBeDone();
    }

    [Fact]
    public async Task A_rebate_that_passes_its_limit_does_not_stand_in_the_way_of_paying()
    {
        await BeginAsync("\"limits\": "
            + "[{ \"number\": 1, \"what\": \"rebate\", \"per\": \"person\", \"period\": \"day\", \"max\": 2 }]");
        await _city.GiveAsync(Cast.LinMeiling, 200);
        using var phone = await _city.SignInAsync(Cast.LinMeiling);

        var paid = (await PayAsync(phone, 100)).ShouldBeDone();

        (paid.Back, paid.Body.GetProperty("rebateUsedUp").GetBoolean()).ShouldBe((0, true));
    }

    [Theory]
    [InlineData(true, AccountStatus.Frozen, null, "your_wallet_is_frozen", "wallet_is_frozen")]
    [InlineData(false, AccountStatus.Frozen, null, "shop_takes_no_points", "shop_takes_no_points")]
    [InlineData(false, AccountStatus.Open, 5L, "shop_takes_no_points", "shop_takes_no_points")]
    public async Task A_frozen_wallet_and_a_shop_that_takes_nothing_are_told_plainly(
        bool isWallet, AccountStatus status, long? maximum, string toPerson, string toTill)
    {
        await _city.GiveAsync(Cast.LinMeiling, 100);
        var account = isWallet
            ? await _city.AccountOfAsync(Cast.LinMeiling)
            : (await _city.ShopAsync(Cast.SunflowerBakery)).Account;
        await ChangeAsync(account, status, maximum);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        using var phone = await _city.SignInAsync(Cast.LinMeiling);

        var paid = await PayAsync(phone, 10);
        var charged = await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 10);

        (paid.Status, paid.Code).ShouldBe((HttpStatusCode.Conflict, toPerson));
        (charged.Status, charged.Code).ShouldBe((HttpStatusCode.Conflict, toTill));
        await ChangeAsync(account, AccountStatus.Open, null);
        (await PayAsync(phone, 10)).ShouldBeDone();
    }

    [Fact]
    public async Task A_payment_of_long_ago_is_given_back_in_cash()
    {
        await _city.GiveAsync(Cast.LinMeiling, 100);
        using var phone = await _city.SignInAsync(Cast.LinMeiling);
        var paid = (await PayAsync(phone, 10)).ShouldBeDone();
        _city.Clock.Advance(TimeSpan.FromDays(_city.Pack.ShopTerms.RefundDays + 1));
        await _city.Get<DayTurn>().TurnAsync(Stop);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);

        (await till.RefundAsync(paid.Id)).ShouldBeRefused(HttpStatusCode.Conflict, "refund_period_over");
    }

    [Theory]
    [InlineData(0, false, "had ended before they came back")]
    [InlineData(14, true, "they can be spent until 7 Dec")]
    public async Task Ended_points_come_back_by_the_city_s_rule_of_grace_and_both_sides_are_told(
        int graceDays, bool canBeSpent, string said)
    {
        await BeginAsync($"\"refundGraceDays\": {graceDays}");
        var today = _city.Get<CityClock>().Today;
        await _city.GiveAsync(Cast.EmmaDubois, 70, today);
        await _city.GiveAsync(Cast.EmmaDubois, 30, today.AddDays(200));
        using var before = await _city.SignInAsync(Cast.EmmaDubois);
        var paid = (await PayAsync(before, 80)).ShouldBeDone();
        _city.Clock.Advance(TimeSpan.FromDays(2));
        await _city.Get<DayTurn>().TurnAsync(Stop);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);

        var refund = (await till.RefundAsync(paid.Id)).ShouldBeDone();

        refund.Body.GetProperty("ended").GetInt64().ShouldBe(70);
        refund.Body.GetProperty("graceUntil").GetString()
            .ShouldBe(canBeSpent ? today.AddDays(2 + graceDays).ToString("O") : null);
        (await till.RefundAsync(paid.Id)).ShouldBeDone().Body.ToString().ShouldBe(refund.Body.ToString());
        var account = await _city.AccountOfAsync(Cast.EmmaDubois);
        (await _city.Get<CityLedger>().ReadAsync(books => books.Account(account).Spendable, Stop))
            .ShouldBe(canBeSpent ? 100 : 30);
        (await till.GetStringAsync($"/till/receipts/{paid.Id}?language=en", Stop)).ShouldContain(said);
        using var phone = await _city.SignInAsync(Cast.EmmaDubois);
        (await phone.GetStringAsync($"/receipts/{paid.Id}?language=en", Stop)).ShouldContain(said);
    }

    [Fact]
    public void Every_answer_of_the_ledger_has_a_decision_with_its_own_sentence()
    {
        var till = _city.Get<Till>();
        foreach (var outcome in Enum.GetValues<PostOutcome>())
        {
            var payment = LedgerAnswers.OfPayment(outcome);
            if (payment != PaymentOutcome.Paid)
            {
                SentenceShouldStand(
                    ChargeWallet.Explain(new(Till.OutcomeOf(payment)), till).Code, outcome);
                SentenceShouldStand(PayShop.Explain(Counter.OutcomeOf(payment)).Code, outcome);
            }

            var refund = LedgerAnswers.OfRefund(outcome);
            if (refund != RefundOutcome.Refunded)
                SentenceShouldStand(RefundCharge.Explain(refund).Code, outcome);
        }
    }

    [Fact]
    public void What_a_payment_or_a_refund_can_meet_is_never_told_as_a_defect()
    {
        // Everything else names a mistake of the program's own, or a kind of account that no till has.
        new[]
            {
                PostOutcome.DebitAccountIsClosed, PostOutcome.CreditAccountIsClosed, PostOutcome.ClaimAlreadyUsed,
                PostOutcome.DebitAccountIsFrozen, PostOutcome.CreditAccountIsFrozen, PostOutcome.LimitIsReached,
                PostOutcome.CreditAccountIsFull, PostOutcome.CreditBalanceIsTooLarge,
                PostOutcome.DebitAccountHasTooFewPoints,
            }.Select(LedgerAnswers.OfPayment).ShouldNotContain(PaymentOutcome.Refused);
        new[]
            {
                PostOutcome.AlreadyReversed, PostOutcome.ReversedTransferIsTooOld, PostOutcome.RebateIsNotTakenBack,
                PostOutcome.DebitAccountHasTooFewPoints, PostOutcome.CreditAccountIsClosed,
            }.Select(LedgerAnswers.OfRefund).ShouldNotContain(RefundOutcome.Refused);
    }

    static void SentenceShouldStand(string code, PostOutcome outcome) =>
        SourceTree.Text("src/CityLoop.Server/Merchants/Texts.json")
            .ShouldContain($"\"problem.{code}\"", customMessage: outcome.ToString());

    async Task BeginAsync(string rule)
    {
        _city.ChangeCityJson = json =>
            json.Replace("\"scale\": 0,", $"\"scale\": 0, {rule},", StringComparison.Ordinal);
        await _city.RestartAsync();
    }

    async Task ChangeAsync(AccountId account, AccountStatus status, long? maximum) =>
        (await _city.Get<CityLedger>().PostAsync(
            new ChangeAccount(Guid.NewGuid(), account, status, Maximum: maximum), Stop))
            .Outcome.ShouldBe(PostOutcome.Posted);

    static Task<Answer> ChargeAsync(
        HttpClient till, string code, long amount, params (string Code, long Amount)[] goods) =>
        till.SendAsync("/api/v1/till/charges", JsonSerializer.Serialize(new
        {
            id = Guid.NewGuid(), code, amount, goods = goods.Select(g => new { code = g.Code, amount = g.Amount }),
        }));

    static Task<Answer> PayAsync(HttpClient phone, long amount, string shop = "sunflower", Guid? id = null) =>
        phone.SendAsync("/api/v1/wallet/payments",
            $$"""{"id":"{{id ?? Guid.NewGuid()}}","shop":"{{shop}}","amount":{{amount}}}""");
}
