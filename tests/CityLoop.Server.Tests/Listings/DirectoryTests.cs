using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Listings;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Insights;
using CityLoop.Server.Tests.Merchants.Settlement;
using CityLoop.Server.Tests.Pass.Counter;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Listings;

/// <summary>Where points can be spent: anybody may look, signed in or not.</summary>
public sealed partial class DirectoryTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_map_and_the_list_say_the_same_of_the_city_and_of_one_district()
    {
        var page = await Browser.OpenAsync(city);
        await page.GotoAsync("/shops");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("shops-city", fullPage: true);
        var counts = await page.Locator(".shop-map a").EvaluateAllAsync<string[]>(
            "all => all.map(a => a.getAttribute('aria-label'))");
        counts.Sum(said => int.Parse(Count().Match(said).Groups[1].Value)).ShouldBe(city.Pack.Shops.Count);
        (await page.Locator("main .list a[href^='/shops/']").CountAsync()).ShouldBe(city.Pack.Shops.Count);

        await page.FocusAsync(".shop-map a[href*='66000010']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**district=66000010");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("shops-district", fullPage: true);
        var pins = await HrefsAsync(page, ".shop-map a");
        var listed = await HrefsAsync(page, "main .list a[href^='/shops/']");
        pins.ShouldBe(listed, "in the same order, by which they are numbered");
        listed.Order().ShouldBe(city.Pack.Shops
            .Where(shop => shop.District.Code == "66000010").Select(shop => $"/shops/{shop.Code}").Order());

        await page.ClickAsync("main .list a[href='/shops/green-river']");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("綠川書房");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("shops-one", fullPage: true);
        await page.ClickAsync("text=在這裡付款");
        await page.WaitForURLAsync("**/sign-in?**");
    }

    [Fact]
    public async Task Somebody_searches_by_word_kind_district_and_what_is_open_now()
    {
        using var anybody = city.Visit();
        // A Wednesday at eleven in the evening: only the night market is open, until half past midnight.
        city.Clock.Set(new DateTimeOffset(2027, 3, 3, 23, 0, 0, TimeSpan.FromHours(8)));
        (await FoundAsync(anybody, "?open=now")).ShouldBe(["night-market-ice"]);
        city.Clock.Set(new DateTimeOffset(2027, 3, 4, 0, 29, 0, TimeSpan.FromHours(8)));
        (await FoundAsync(anybody, "?open=now")).ShouldBe(["night-market-ice"]);
        city.Clock.Set(new DateTimeOffset(2027, 3, 4, 0, 31, 0, TimeSpan.FromHours(8)));
        (await FoundAsync(anybody, "?open=now")).ShouldBeEmpty();
        (await FoundAsync(anybody, "?q=bakery")).ShouldContain("sunflower");
        (await FoundAsync(anybody, "?q=" + Uri.EscapeDataString("萬和花"))).ShouldBe(["wanhe-flowers"]);
        (await FoundAsync(anybody, "?category=tea")).ShouldBe(["second-market-tea"]);
        (await FoundAsync(anybody, "?district=66000040&category=bakery")).ShouldBe(["sunflower"]);
        (await FoundAsync(anybody, "?district=nowhere")).ShouldBeEmpty();
        (await FoundAsync(anybody, "?page=99")).ShouldNotBeEmpty();
        (await anybody.GetStringAsync("/shops?q=%3Cscript%3E", Stop)).ShouldNotContain("<script>\"");
        (await anybody.GetAsync("/shops/none", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await anybody.GetAsync("/streets/none", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_chain_is_one_line_with_its_branches_under_it()
    {
        using var anybody = city.Visit();
        var page = await anybody.GetStringAsync("/shops?language=en", Stop);
        page.ShouldContain($"{city.Pack.Shops.Count - 3} local shops, 1 chains");
        page.Split("<b>Fresh Mart</b>").Length.ShouldBe(2);
        page.ShouldContain("3 branches");
    }

    [Fact]
    public async Task A_street_tells_what_its_shops_took_in_together_and_a_shop_sees_the_median_but_never_a_neighbour()
    {
        using var bookseller = city.Visit();
        await bookseller.SignInAsync(city, "bookseller@example.org");
        await city.Get<MerchantStore>().AddFirstWorkerAsync(
            await bookseller.IdAsync(), RegisterMerchants.IdOf("green-river"), Stop);
        using (var scope = city.Services.CreateScope())
            await scope.ServiceProvider.GetRequiredService<PersonStore>()
                .GrantAsync(await bookseller.IdAsync(), Roles.ShopWorker, Stop);
        city.Clock.Advance(Sessions.TrustedFor);
        string[] shops = ["green-river", "old-town-noodles", "second-market-tea", "eastside-bikes", "station-lunchbox"];
        long[] sold = [700, 111, 222, 333, 477];
        foreach (var (shop, amount) in shops.Zip(sold))
            await city.PayAsync(shop, amount);
        await city.DeskHasFollowedAsync();

        using var anybody = city.Visit();
        (await anybody.GetStringAsync("/streets/green-river?language=en", Stop))
            .ShouldContain($"<dd>{sold.Sum():N0}</dd>");
        var own = await bookseller.GetStringAsync("/till/street?language=en", Stop);
        own.ShouldContain("<dd>700</dd>");
        // Half-way between 222 and 333, to two digits.
        own.ShouldContain("about 280");
        foreach (var neighbour in sold.Skip(1))
            own.ShouldNotContain($">{neighbour}<");
        // Two shops are too few to tell anything.
        (await anybody.GetStringAsync("/streets/yizhong?language=en", Stop)).ShouldNotContain("Points spent here");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 10)]
    [InlineData(277.5, 280)]
    [InlineData(12_345, 12_000)]
    [InlineData(-277.5, -280)]
    public void A_median_is_told_to_two_digits(double median, long told) =>
        StreetResults.Rounded(median).ShouldBe(told);

    static async Task<string[]> FoundAsync(HttpClient anybody, string query) =>
    [
        .. Shop().Matches(await anybody.GetStringAsync("/shops" + query, Stop))
            .Select(found => found.Groups[1].Value).Distinct(),
    ];

    static async Task<string[]> HrefsAsync(IPage page, string links) => await page.Locator(links)
        .EvaluateAllAsync<string[]>("all => all.map(a => a.getAttribute('href'))");

    [GeneratedRegex("class=\"where\" href=\"/shops/([^\"]+)\"")]
    private static partial Regex Shop();

    [GeneratedRegex("，(\\d+) 家")]
    private static partial Regex Count();
}
