using CityLoop.Server.Merchants.Offline;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Offline;

/// <summary>What a shop, a till and a person may lose in an outage is published, and never more.</summary>
public sealed class OfflineLimitsTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    HttpClient _worker = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        city.Clock.Advance(city.Pack.Offline.Age + TimeSpan.FromMinutes(1));
        await city.SetRebateBudgetAsync(0);
        _worker = await city.SignInAsync(Cast.HuangZhiming);
        await ChooseAsync(6_000);
    }

    public ValueTask DisposeAsync()
    {
        _worker.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task All_tills_of_a_shop_are_lent_its_limit_and_no_more_however_many_ask_at_once()
    {
        await ChooseAsync(5_000);
        var tills = Enumerable.Range(0, 12).Select(_ => new SoftTill(city, _worker, Cast.SunflowerBakery)).ToList();

        await Task.WhenAll(tills.Select(till => till.AskAsync()));

        tills.Select(till => till.Allowance).Order().ShouldBe([.. Enumerable.Repeat(0L, 9), 1_000, 2_000, 2_000]);
        await Task.WhenAll(tills.Select(till => till.AskAsync()));
        tills.Sum(till => till.Allowance).ShouldBe(5_000);

        city.Clock.Advance(city.Pack.Offline.Age + TimeSpan.FromMinutes(1));
        _worker = await city.SignInAsync(Cast.HuangZhiming);
        using var next = await SoftTill.LentAsync(city, _worker);
        next.Allowance.ShouldBe(2_000, "what was lent has run out");
        await ChooseAsync(0);
        (await next.AskAsync()).ShouldBeDone();
        next.Allowance.ShouldBe(0);
    }

    [Fact]
    public async Task A_till_charges_no_more_than_it_was_lent_until_it_is_online_again()
    {
        await ChooseAsync(500);
        using var till = await SoftTill.LentAsync(city, _worker);
        var charges = new List<SignedCharge>();
        for (var i = 0; i < 3; i++)
            charges.Add(till.Take(await (await Payer.ComesAsync(city, 1_000)).CodeAsync(), 200));

        (await till.PostAsync([.. charges])).ShouldBe(["certain", "certain", "offline_over_limit"]);
        (await till.PostAsync(till.Take(await (await Payer.ComesAsync(city, 1_000)).CodeAsync(), 101)))
            .ShouldBe(["offline_over_limit"]);

        await till.AskAsync();
        (await till.PostAsync(till.Take(await (await Payer.ComesAsync(city, 1_000)).CodeAsync(), 200)))
            .ShouldBe(["certain"]);
        (await till.PostAsync(till.Take(await (await Payer.ComesAsync(city, 1_000)).CodeAsync(), 301)))
            .ShouldBe(["offline_over_limit"], "a single one is 300 at most");
    }

    [Fact]
    public async Task One_person_pays_so_only_twice_a_lunch_in_all_shops_together()
    {
        await SecondShop.OpenAsync(city);
        var payer = await Payer.ComesAsync(city, 10_000);
        using var bakery = await SoftTill.LentAsync(city, _worker);
        using var books = await SoftTill.LentAsync(city, _worker, SecondShop.Code);
        for (var round = 0; round < 4; round++)
        {
            var (first, second) = (bakery.Take(await payer.CodeAsync(), 200), books.Take(await Next(payer), 200));
            city.NextCode();
            await Task.WhenAll(bakery.PostAsync(first), books.PostAsync(second));
        }

        (await payer.BalanceAsync()).ShouldBe(10_000 - 600);
        (await bakery.PostAsync(bakery.Take(await payer.CodeAsync(), 1))).ShouldBe(["offline_person_limit"]);

        city.Clock.Advance(city.Pack.Offline.Age);
        _worker = await city.SignInAsync(Cast.HuangZhiming);
        using var tomorrow = await SoftTill.LentAsync(city, _worker);
        (await tomorrow.PostAsync(tomorrow.Take(await payer.CodeAsync(), 200))).ShouldBe(["certain"]);
    }

    async Task<string> Next(Payer payer)
    {
        city.NextCode();
        return await payer.CodeAsync();
    }

    async Task ChooseAsync(long limit) => await city.Get<OfflineTills>().ChooseAsync(
        (await city.ShopAsync(Cast.SunflowerBakery)).Id, limit, Stop);
}
