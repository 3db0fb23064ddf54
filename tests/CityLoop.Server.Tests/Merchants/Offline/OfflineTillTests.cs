using CityLoop.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Tests.Hosting;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Merchants.Offline;

/// <summary>A till that loses its network, in a real browser.</summary>
public sealed class OfflineTillTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    const string Done = "#result:not([hidden])", Unsure = "#result.uncertain:not([hidden])";

    IPage _till = null!;
    long _before;

    public async ValueTask InitializeAsync()
    {
        city.Clock.Advance(city.Pack.Offline.Age + TimeSpan.FromMinutes(1));
        await city.SetRebateBudgetAsync(0);
        _before = await city.TakingsOfAsync(Cast.SunflowerBakery);
        _till = await Browser.OpenAsync(city);
        await _till.SignInAsync(city, Cast.HuangZhiming, "/till");
        await IsReadyAsync();
    }

    public async ValueTask DisposeAsync() => await _till.Context.CloseAsync();

    [Fact]
    public async Task It_charges_on_says_what_is_not_certain_and_posts_it_once_when_it_is_back()
    {
        var people = new List<Payer>();
        for (var i = 0; i < 4; i++)
            people.Add(await Payer.ComesAsync(city, 500));
        await ChargeAsync(50, await people[0].CodeAsync());
        await _till.WaitForSelectorAsync(Done);

        await _till.Context.SetOfflineAsync(true);
        await ChargeAsync(60, await people[1].CodeAsync());
        await _till.WaitForSelectorAsync(Unsure);
        (await _till.TextContentAsync("#received")).ShouldBe("收下了，但還不確定");
        await LookAsync("offline-result");
        var twice = await people[2].CodeAsync();
        await ChargeAsync(20, twice);
        await _till.WaitForSelectorAsync(Unsure);
        (await _till.TextContentAsync("#uncertain b")).ShouldBe("2 筆、共 80 點還不確定");

        await _till.ReloadAsync();
        await _till.WaitForSelectorAsync("#uncertain:not([hidden])");
        (await _till.TextContentAsync("#uncertain b")).ShouldBe("2 筆、共 80 點還不確定");
        (await _till.TextContentAsync("#shop")).ShouldBe("向日葵烘焙");
        await LookAsync("offline-kept");
        await ChargeAsync(30, (await people[3].CardAsync()).Code);
        await _till.WaitForSelectorAsync(Unsure);
        await _till.ClickAsync("#next");
        (await TakenAsync()).ShouldBe(50);

        // In the same minutes the same code paid elsewhere.
        await PayElsewhereAsync(people[2]);
        await _till.Context.SetOfflineAsync(false);
        await _till.WaitForSelectorAsync("#settled:not([hidden])");

        (await _till.TextContentAsync("#settled"))!.Trim().ShouldBe("網路恢復了：2 筆、共 90 點都收到了。");
        (await _till.TextContentAsync("#refused li"))!.ShouldEndWith("20 點：這個付款碼已經付過別筆了。");
        (await _till.IsHiddenAsync("#uncertain")).ShouldBeTrue();
        await LookAsync("offline-back");
        (await TakenAsync()).ShouldBe(140);
        (await _till.TextContentAsync("#today"))!.ShouldContain("140");
        await _till.ClickAsync("#seen");
        await _till.WaitForSelectorAsync("#refused", new() { State = WaitForSelectorState.Hidden });
        await _till.ReloadAsync();
        await IsReadyAsync();
        (await _till.IsHiddenAsync("#refused")).ShouldBeTrue();
        (await TakenAsync()).ShouldBe(140);
    }

    [Fact]
    public async Task A_page_that_is_loaded_anew_while_it_posts_and_a_second_window_charge_nothing_twice()
    {
        var payer = await Payer.ComesAsync(city, 500);
        await _till.Context.SetOfflineAsync(true);
        await ChargeAsync(70, await payer.CodeAsync());
        await _till.WaitForSelectorAsync(Unsure);

        // What the queue says arrives, the answer does not.
        var posted = 0;
        await _till.Context.RouteAsync("**/api/v1/till/offline/charges", async route =>
        {
            if (Interlocked.Increment(ref posted) > 2)
            {
                await route.ContinueAsync();
                return;
            }

            await route.FetchAsync();
            await route.AbortAsync();
        });
        var second = await _till.Context.NewPageAsync();
        await _till.Context.SetOfflineAsync(false);
        await Task.WhenAll(_till.GotoAsync("/till"), second.GotoAsync("/till"));
        await Eventually.BecomesTrueAsync(() => posted > 0, TimeSpan.FromSeconds(15), "nothing is posted");
        await Task.WhenAll(_till.ReloadAsync(), second.ReloadAsync());
        await Eventually.BecomesTrueAsync(async () =>
        {
            // The next look comes with the window's return, not only after a while.
            await _till.EvaluateAsync("dispatchEvent(new Event('online'))");
            return await CountAsync() == 0;
        }, TimeSpan.FromSeconds(15), "the queue stays");

        posted.ShouldBeGreaterThan(1);
        (await TakenAsync()).ShouldBe(70);
        (await payer.BalanceAsync()).ShouldBe(430);
    }

    [Fact]
    public async Task A_charge_above_the_limit_is_not_taken_and_the_page_says_why()
    {
        var payer = await Payer.ComesAsync(city, 5_000);
        await _till.Context.SetOfflineAsync(true);
        await ChargeAsync(301, await payer.CodeAsync());

        await _till.WaitForSelectorAsync("#problem:not([hidden])");
        (await _till.TextContentAsync("#problem"))!.ShouldContain("一筆最多 300 點");
        await LookAsync("offline-above");
        await _till.ClickAsync("#cancel");
        await _till.WaitForSelectorAsync("#till[data-step='amount']");
        (await CountAsync()).ShouldBe(0);

        await _till.Context.SetOfflineAsync(false);
        (await TakenAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_device_that_never_was_a_till_is_told_so()
    {
        var stranger = await Browser.OpenAsync(city);

        await stranger.GotoAsync("/till/without-network");

        await stranger.WaitForSelectorAsync("#not-a-till:not([hidden])");
        (await stranger.IsVisibleAsync("#keys")).ShouldBeFalse();
        await stranger.ShouldBeAccessibleAsync();
        await stranger.Context.CloseAsync();
    }

    [Fact]
    public async Task What_the_browser_keeps_for_a_day_without_network_names_nobody_and_no_sum()
    {
        var kept = await _till.EvaluateAsync<string[]>("""
            async () => {
              const cache = await caches.open('till-1');
              const text = async (file) => `${file.url} ${await (await cache.match(file)).text()}`;
              return Promise.all((await cache.keys()).map(text));
            }
            """);
        kept.Length.ShouldBeGreaterThan(6);
        foreach (var file in kept)
        {
            file.ShouldNotContain("向日葵");
            file.ShouldNotContain($"{Server.Pass.PersonId.OfCast(Cast.HuangZhiming).Value}");
            file.ShouldNotContain("__RequestVerificationToken");
        }
    }

    async Task ChargeAsync(long amount, string code)
    {
        if (await _till.IsVisibleAsync("#next"))
            await _till.ClickAsync("#next");
        foreach (var key in $"{amount}")
            await _till.ClickAsync($"#keys button[data-key='{key}']");
        await _till.ClickAsync("#scan");
        await _till.FillAsync("#code", code);
    }

    async Task PayElsewhereAsync(Payer payer)
    {
        var code = new WalletCode(payer.Account, WalletCodes.StepAt(city.Clock.GetUtcNow()));
        await city.PostAsync(new Transfer(
            Guid.NewGuid(), payer.Account, (await city.ShopAsync(SecondShop.Code)).Account, 20, TransferCode.Pay)
        {
            Claim = code.Claim,
        });
    }

    /// <summary>The page is kept and the till is lent its sum: both happen behind the page.</summary>
    async Task IsReadyAsync() => await _till.EvaluateAsync("""
        async () => {
          const isKept = async () =>
            await caches.has('till-1') && await (await caches.open('till-1')).match('/till/without-network');
          const isLent = () => new Promise((done) => {
            const asked = indexedDB.open('till');
            asked.onsuccess = () => {
              const all = asked.result.transaction('tills').objectStore('tills').getAll();
              all.onsuccess = () => { asked.result.close(); done(all.result.some((till) => till.allowance > 0)); };
            };
          });
          while (!await isKept() || !await isLent()) await new Promise((next) => setTimeout(next, 50));
        }
        """);

    Task<int> CountAsync() => _till.EvaluateAsync<int>("""
        () => new Promise((done) => {
          const asked = indexedDB.open('till');
          asked.onsuccess = () => {
            const count = asked.result.transaction('charges').objectStore('charges').count();
            count.onsuccess = () => { asked.result.close(); done(count.result); };
          };
        })
        """);

    async Task LookAsync(string name)
    {
        foreach (var screen in Enum.GetValues<Screen>())
        {
            await _till.SetViewportSizeAsync((int)screen, screen == Screen.Phone ? 844 : 900);
            (await _till.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(
                (int)screen);
            await _till.PictureAsync($"{name}-{(int)screen}");
        }

        await _till.SetViewportSizeAsync((int)Screen.Phone, 844);
        await _till.ShouldBeAccessibleAsync();
    }

    async Task<long> TakenAsync() => await city.TakingsOfAsync(Cast.SunflowerBakery) - _before;
}
