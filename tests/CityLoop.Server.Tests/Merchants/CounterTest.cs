using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants;

/// <summary>What tests at the counter share: points to pay with, codes to show, charges to send.</summary>
static class CounterTest
{
    static readonly CurrencyId Points = new(1);

    /// <summary>Gives somebody of the cast points from a budget of the test's own.</summary>
    public static async Task GiveAsync(
        this TestCity city, string castId, long amount, DateOnly? lastDay = null) =>
        await city.GiveAsync(await city.AccountOfAsync(castId), amount, lastDay);

    /// <summary>Gives an account points from a budget of the test's own.</summary>
    public static async Task GiveAsync(
        this TestCity city, AccountId person, long amount, DateOnly? lastDay = null)
    {
        var accounts = city.Get<CityAccounts>();
        var issuing = await accounts.OpenAsync("issuing:TCP", AccountKind.Issuing, Points, default);
        var budget = await accounts.OpenAsync("budget:test", AccountKind.Budget, Points, default);
        await city.PostAsync(new Transfer(Guid.NewGuid(), issuing, budget, amount, TransferCode.Fund));
        await city.PostAsync(
            new Transfer(Guid.NewGuid(), budget, person, amount, TransferCode.Earn) { LastDay = lastDay });
    }

    /// <summary>Funds the rebate, or takes from it until this much is left.</summary>
    public static async Task SetRebateBudgetAsync(this TestCity city, long left)
    {
        var budget = await city.Get<CityBudgets>().AccountAsync(city.Pack.Rebate.Budget.Name, default);
        var issuing = await city.Get<CityBudgets>().IssuingAsync(city.Pack.MainCurrency, default);
        var now = await city.BalanceAsync(budget);
        if (now < left)
            await city.PostAsync(new Transfer(Guid.NewGuid(), issuing, budget, left - now, TransferCode.Fund));
        else if (now > left)
            await city.PostAsync(new Transfer(Guid.NewGuid(), budget, issuing, now - left, TransferCode.Unfund));
    }

    public static async Task PostAsync(this TestCity city, Transfer transfer) =>
        (await city.Get<CityLedger>().PostAsync(transfer, default)).Outcome.ShouldBe(PostOutcome.Posted);

    public static Task<AccountId> AccountOfAsync(this TestCity city, string castId) =>
        city.Get<PersonAccounts>().OfAsync(PersonId.OfCast(castId), Points, default);

    public static async Task<long> BalanceOfAsync(this TestCity city, string castId) =>
        await city.BalanceAsync(await city.AccountOfAsync(castId));

    public static Task<long> BalanceAsync(this TestCity city, AccountId account) =>
        city.Get<CityLedger>().ReadAsync(books => books.Account(account).Balance, default);

    public static async Task<Merchant> ShopAsync(this TestCity city, string code) =>
        (await city.Get<MerchantStore>().OfCodeAsync(code, default))!;

    public static async Task<long> TakingsOfAsync(this TestCity city, string shop) =>
        await city.BalanceAsync((await city.ShopAsync(shop)).Account);

    /// <summary>The code on somebody's phone now.</summary>
    public static async Task<string> CodeOfAsync(this TestCity city, string castId) =>
        (await city.Get<WalletCodeKey>().CodesAsync(default)).Of(
            new(await city.AccountOfAsync(castId), WalletCodes.StepAt(city.Clock.GetUtcNow())));

    /// <summary>The next half minute: a new code.</summary>
    public static void NextCode(this TestCity city) =>
        city.Clock.Advance(TimeSpan.FromSeconds(WalletCodes.StepSeconds));

    public static Task<Answer> ChargeAsync(this HttpClient till, string code, long amount, Guid? id = null) =>
        till.SendAsync("/api/v1/till/charges", JsonSerializer.Serialize(
            new { id = id ?? Guid.NewGuid(), code, amount }));

    /// <summary>A browser that cannot keep charges: its till asks until it is answered.</summary>
    public static Task AskOnlyAsync(this IPage till) =>
        till.AddInitScriptAsync("Object.defineProperty(navigator, 'locks', { value: undefined })");

    public static Task<Answer> RefundAsync(this HttpClient till, Guid charge) =>
        till.SendAsync($"/api/v1/till/charges/{charge}/refund", "");

    /// <summary>Gives a part back; the till knows what was given back before.</summary>
    public static Task<Answer> RefundAsync(this HttpClient till, Guid charge, long amount, long refunded = 0) =>
        till.SendAsync($"/api/v1/till/charges/{charge}/refund", JsonSerializer.Serialize(new { amount, refunded }));

    public static async Task<Answer> SendAsync(this HttpClient client, string address, string json)
    {
        using var sent = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(address, sent);
        return await Answer.OfAsync(response);
    }

    public static async Task<Answer> AskAsync(this HttpClient client, string address)
    {
        using var response = await client.GetAsync(address);
        return await Answer.OfAsync(response);
    }
}

/// <summary>What the API said.</summary>
sealed record Answer(HttpStatusCode Status, JsonElement Body)
{
    public static async Task<Answer> OfAsync(HttpResponseMessage response) => new(
        response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());

    public string? Code => Text("code");
    public string? Field => Text("field");
    public Guid Id => Body.GetProperty("id").GetGuid();
    public long Amount => Body.GetProperty("amount").GetInt64();
    public long Back => Body.GetProperty("back").GetInt64();

    public Answer ShouldBeDone()
    {
        Status.ShouldBe(HttpStatusCode.OK, Body.ToString());
        return this;
    }

    public void ShouldBeRefused(HttpStatusCode status, string code, string? field = null)
    {
        Body.ValueKind.ShouldBe(JsonValueKind.Object);
        (Status, Code, Field).ShouldBe((status, code, field));
        Text("detail").ShouldNotBeNullOrEmpty();
    }

    string? Text(string name) => Body.TryGetProperty(name, out var value) ? value.GetString() : null;
}
