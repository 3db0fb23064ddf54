using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants;

public sealed class ChargeWalletTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_bakery_charges_sixty_points_and_one_comes_back()
    {
        await OpenAsync(100);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var (before, takings) = await BooksAsync();

        var charged = (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 60)).ShouldBeDone();

        (charged.Amount, charged.Back).ShouldBe((60, 1));
        charged.Body.GetProperty("rebateUsedUp").GetBoolean().ShouldBeFalse();
        charged.Body.GetProperty("receipt").GetString().ShouldBe($"/receipts/{charged.Id}");
        (await BooksAsync()).ShouldBe((before - 59, takings + 60));
    }

    [Fact]
    public async Task A_code_pays_once()
    {
        await OpenAsync(100);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var code = await city.CodeOfAsync(Cast.LinMeiling);
        (await till.ChargeAsync(code, 10)).ShouldBeDone();
        var books = await BooksAsync();

        (await till.ChargeAsync(code, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "code_already_used", "code");

        (await BooksAsync()).ShouldBe(books);
    }

    [Fact]
    public async Task A_till_that_lost_the_answer_gets_it_again_even_when_the_code_has_run_out()
    {
        await OpenAsync(200);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var (id, code) = (Guid.NewGuid(), await city.CodeOfAsync(Cast.LinMeiling));
        var first = (await till.ChargeAsync(code, 100, id)).ShouldBeDone();
        var books = await BooksAsync();

        (await till.ChargeAsync(code, 100, id)).ShouldBeDone().Body.ToString().ShouldBe(first.Body.ToString());
        city.Clock.Advance(TimeSpan.FromMinutes(20));
        (await till.ChargeAsync(code, 100, id)).ShouldBeDone().Body.ToString().ShouldBe(first.Body.ToString());
        // The next day the rebate would get another last day: that does not make it another charge.
        city.Clock.Advance(TimeSpan.FromDays(1));
        (await till.ChargeAsync(code, 100, id)).ShouldBeDone().Body.ToString().ShouldBe(first.Body.ToString());

        (await BooksAsync()).ShouldBe(books);
    }

    [Fact]
    public async Task An_id_stands_for_one_charge_only()
    {
        await OpenAsync(200);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var (id, code) = (Guid.NewGuid(), await city.CodeOfAsync(Cast.LinMeiling));
        (await till.ChargeAsync(code, 20, id)).ShouldBeDone();
        var books = await BooksAsync();

        (await till.ChargeAsync(code, 21, id)).ShouldBeRefused(HttpStatusCode.Conflict, "id_already_used", "id");
        city.NextCode();
        (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 20, id))
            .ShouldBeRefused(HttpStatusCode.Conflict, "id_already_used", "id");
        city.Clock.Advance(TimeSpan.FromMinutes(20));
        (await till.ChargeAsync(code, 21, id)).ShouldBeRefused(HttpStatusCode.Conflict, "id_already_used", "id");

        (await BooksAsync()).ShouldBe(books);
    }

    [Fact]
    public async Task When_the_rebate_has_run_dry_the_shop_is_paid_and_the_answer_says_so()
    {
        await OpenAsync(200);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        await city.SetRebateBudgetAsync(2);
        var (before, takings) = await BooksAsync();

        var id = Guid.NewGuid();
        var code = await city.CodeOfAsync(Cast.LinMeiling);
        var charged = (await till.ChargeAsync(code, 100, id)).ShouldBeDone();
        charged.Back.ShouldBe(0);
        charged.Body.GetProperty("rebateUsedUp").GetBoolean().ShouldBeTrue();
        (await BooksAsync()).ShouldBe((before - 100, takings + 100));

        // A budget that is filled up again does not pay for what was answered before.
        await city.SetRebateBudgetAsync(1_000_000);
        (await till.ChargeAsync(code, 100, id)).ShouldBeDone().Back.ShouldBe(0);
        (await BooksAsync()).ShouldBe((before - 100, takings + 100));
    }

    [Fact]
    public async Task Nobody_pays_more_than_they_have()
    {
        await OpenAsync(50);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var books = await BooksAsync();

        (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), books.Wallet + 1))
            .ShouldBeRefused(HttpStatusCode.Conflict, "too_few_points", "amount");

        (await BooksAsync()).ShouldBe(books);
    }

    [Theory]
    [InlineData("""{"id":"ID","code":"CODE","amount":0}""", 400, "amount_not_positive", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":-60}""", 400, "amount_not_positive", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":200001}""", 400, "amount_too_large", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":9223372036854775807}""", 400, "amount_too_large", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":99999999999999999999}""", 400, "field_not_valid", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":12.5}""", 400, "field_not_valid", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":"60"}""", 400, "field_not_valid", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":null}""", 400, "field_not_valid", "amount")]
    [InlineData("""{"id":"ID","code":"CODE"}""", 400, "field_not_valid", "amount")]
    [InlineData("""{"id":"ID","code":"CODE","amount":60,"amount":1}""", 400, "field_not_valid", "amount")]
    [InlineData("""{"id":"ID","amount":60}""", 400, "field_not_valid", "code")]
    [InlineData("""{"id":"ID","code":null,"amount":60}""", 400, "field_not_valid", "code")]
    [InlineData("""{"id":"ID","code":1234567890123456,"amount":60}""", 400, "field_not_valid", "code")]
    [InlineData("""{"id":"ID","code":"","amount":60}""", 400, "code_not_valid", "code")]
    [InlineData("""{"id":"ID","code":"12345","amount":60}""", 400, "code_not_valid", "code")]
    [InlineData("""{"id":"ID","code":"LONG","amount":60}""", 400, "code_not_valid", "code")]
    [InlineData("""{"id":"ID","code":"1234 5678 9012 345'; drop","amount":60}""", 400, "code_not_valid", "code")]
    [InlineData("""{"id":"not-an-id","code":"CODE","amount":60}""", 400, "field_not_valid", "id")]
    [InlineData("""{"code":"CODE","amount":60}""", 400, "field_not_valid", "id")]
    [InlineData("""{"id":"NOBODY","code":"CODE","amount":60}""", 400, "id_not_valid", "id")]
    [InlineData("""{"id":"DERIVED","code":"CODE","amount":60}""", 400, "id_not_valid", "id")]
    [InlineData("""{"id":"ID","code":"CODE","amount":60""", 400, "body_not_valid", null)]
    [InlineData("""[1,2]""", 400, "body_not_valid", null)]
    [InlineData("""null""", 400, "body_not_valid", null)]
    [InlineData("", 400, "body_not_valid", null)]
    public async Task Bad_input_is_told_by_code_and_field_and_moves_nothing(
        string json, int status, string problem, string? field)
    {
        await OpenAsync(100);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var books = await BooksAsync();
        var sent = json.Replace("\"ID\"", $"\"{Guid.NewGuid()}\"")
            .Replace("NOBODY", Guid.Empty.ToString()).Replace("DERIVED", DerivedId.From("a mission").ToString())
            .Replace("LONG", new string('1', 100_000))
            .Replace("\"CODE\"", $"\"{await city.CodeOfAsync(Cast.LinMeiling)}\"");

        (await till.SendAsync("/api/v1/till/charges", sent)).ShouldBeRefused((HttpStatusCode)status, problem, field);

        (await BooksAsync()).ShouldBe(books);
    }

    [Fact]
    public async Task Who_does_not_work_at_a_shop_charges_nobody()
    {
        using var resident = await city.SignInAsync(Cast.EmmaDubois);
        using var visitor = city.Visit(followsRedirects: false);

        (await resident.ChargeAsync("1234567890123456", 5)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await visitor.ChargeAsync("1234567890123456", 5)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("an account that nobody opened")]
    [InlineData("the shop's own")]
    [InlineData("the shop's payout")]
    [InlineData("a budget")]
    public async Task A_code_that_stands_for_no_wallet_charges_nobody(string whose)
    {
        await OpenAsync(100);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var shop = await city.ShopAsync(Cast.SunflowerBakery);
        var account = whose switch
        {
            "the shop's own" => shop.Account,
            "the shop's payout" => shop.Payout,
            "a budget" => await city.Get<CityBudgets>().AccountAsync(city.Pack.Rebate.Budget.Name, default),
            _ => new AccountId(WalletCodes.LargestAccount),
        };
        var code = (await city.Get<WalletCodeKey>().CodesAsync(default)).Of(
            new(account, WalletCodes.StepAt(city.Clock.GetUtcNow())));
        var books = await BooksAsync();

        (await till.ChargeAsync(code, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "no_wallet", "code");

        (await BooksAsync()).ShouldBe(books);
    }

    async Task OpenAsync(long points)
    {
        city.NextCode();
        city.NextCode();
        await city.SetRebateBudgetAsync(1_000_000);
        await city.GiveAsync(Cast.LinMeiling, points);
    }

    async Task<(long Wallet, long Takings)> BooksAsync() =>
        (await city.BalanceOfAsync(Cast.LinMeiling), await city.TakingsOfAsync(Cast.SunflowerBakery));
}
