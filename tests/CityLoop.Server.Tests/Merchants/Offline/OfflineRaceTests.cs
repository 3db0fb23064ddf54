using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Offline;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Offline;

/// <summary>Many posts at once, cut and mixed: each charge pays once, each code pays once.</summary>
public sealed class OfflineRaceTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    HttpClient _worker = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        city.Clock.Advance(city.Pack.Offline.Age + TimeSpan.FromMinutes(1));
        await city.SetRebateBudgetAsync(0);
        _worker = await city.SignInAsync(Cast.HuangZhiming);
    }

    public ValueTask DisposeAsync()
    {
        _worker.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_code_that_two_shops_took_in_the_same_outage_pays_one_of_them()
    {
        await SecondShop.OpenAsync(city);
        using var bakery = await SoftTill.LentAsync(city, _worker);
        using var books = await SoftTill.LentAsync(city, _worker, SecondShop.Code);
        for (var round = 0; round < 8; round++)
        {
            var payer = await Payer.ComesAsync(city, 1_000);
            var code = await payer.CodeAsync();
            var (first, second) = (bakery.Take(code, 50), books.Take(code, 50));

            var said = await Task.WhenAll(bakery.PostAsync(first), books.PostAsync(second));

            said.SelectMany(s => s).Order().ShouldBe(["certain", "code_already_used"]);
            (await payer.BalanceAsync()).ShouldBe(950);
        }
    }

    [Fact]
    public async Task Two_windows_that_post_one_queue_at_once_pay_it_once_and_hear_the_same()
    {
        var (rich, poor) = (await Payer.ComesAsync(city, 500), await Payer.ComesAsync(city, 5));
        using var till = await SoftTill.LentAsync(city, _worker);
        var queue = new[]
        {
            till.Take(await rich.CodeAsync(), 100), till.Take(await poor.CodeAsync(), 50),
            till.Take((await rich.CardAsync()).Code, 30),
        };

        var said = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => till.PostAsync(queue)));

        said.ShouldAllBe(each => each.SequenceEqual(new[] { "certain", "too_few_points", "certain" }));
        (await rich.BalanceAsync(), await poor.BalanceAsync()).ShouldBe((370, 5));
    }

    /// <summary>
    /// A queue of twelve is cut, mixed, doubled, altered and sent again, as bad storage and bad networks do.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Whatever_happens_to_a_queue_on_its_way_each_charge_pays_at_most_once_and_as_it_was_taken(int seed)
    {
        var chance = new Random(seed);
        var payers = new List<Payer>();
        using var till = await SoftTill.LentAsync(city, _worker);
        var queue = new List<SignedCharge>();
        for (var i = 0; i < 12; i++)
        {
            payers.Add(await Payer.ComesAsync(city, chance.Next(2) * 200));
            queue.Add(till.Take(await payers[i].CodeAsync(), chance.Next(1, 120)));
        }

        var before = await city.TakingsOfAsync(Cast.SunflowerBakery);
        var certain = new HashSet<Guid>();
        for (var sent = 0; sent < 10; sent++)
        {
            var batch = queue.Where(_ => chance.Next(3) > 0).Select(c => Damaged(c, chance)).ToArray();
            chance.Shuffle(batch);
            var answers = await Task.WhenAll(till.SendAsync(batch), till.SendAsync(batch));
            foreach (var told in answers.SelectMany(a => a.Body.GetProperty("answers").EnumerateArray()))
                if (told.GetProperty("state").GetString() == "certain")
                    certain.Add(told.GetProperty("id").GetGuid());
        }

        var paid = queue.Where(c => certain.Contains(c.Id)).ToList();
        (await city.TakingsOfAsync(Cast.SunflowerBakery) - before).ShouldBe(paid.Sum(c => c.Amount), $"seed {seed}");
        certain.Count.ShouldBeInRange(1, 12);
        foreach (var charge in paid)
            (await city.Get<Payments>().FindAsync(charge.Id, Stop))!.Amount.ShouldBe(charge.Amount);
        foreach (var (payer, charge) in payers.Zip(queue))
            (await payer.BalanceAsync()).ShouldBeOneOf(0, 200, 200 - charge.Amount);
    }

    static SignedCharge Damaged(SignedCharge charge, Random chance) => chance.Next(8) switch
    {
        0 => charge with { Amount = charge.Amount + 1 },
        1 => charge with { Number = charge.Number + 1 },
        _ => charge,
    };
}
