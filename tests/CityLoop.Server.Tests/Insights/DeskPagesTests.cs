using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web.Languages;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Insights;

public sealed partial class DeskPagesTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static readonly string[] Pages = ["/desk", "/desk/flow", "/desk/missions", "/desk/merchants"];

    static readonly string[] Downloads =
    [
        "/desk/flow/days.csv", "/desk/flow/districts.csv", "/desk/flow/budgets.csv", "/desk/merchants.csv",
        "/desk/missions.csv",
    ];

    public async ValueTask InitializeAsync()
    {
        if (await city.BalanceOfAsync(AccountKind.Person) == 0)
            await city.LiveAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Officers_and_auditors_see_it_and_nobody_else()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        using var resident = await city.SignInAsync(Cast.LinMeiling);
        using var baker = await city.SignInAsync(Cast.HuangZhiming);
        using var nobody = city.Visit(followsRedirects: false);

        foreach (var address in Pages.Concat(Downloads))
        {
            (await officer.GetAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK, address);
            (await auditor.GetAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK, address);
            (await resident.GetAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, address);
            (await baker.GetAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, address);
            (await nobody.GetAsync(address, Stop)).StatusCode.ShouldNotBe(HttpStatusCode.OK, address);
        }
    }

    [Fact]
    public async Task A_page_weighs_under_60_kB_in_every_language()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        foreach (var address in Pages)
            foreach (var language in TextCatalogue.Languages)
            {
                var page = await officer.GetStringAsync($"{address}?days=90&language={language}", Stop);

                Encoding.UTF8.GetByteCount(page).ShouldBeLessThan(60_000, $"{address} in {language}");
                page.ShouldNotContain(" style=");
            }
    }

    [Fact]
    public async Task A_download_has_the_same_numbers_as_the_table()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);

        var page = await officer.GetStringAsync("/desk/merchants?language=en", Stop);
        var csv = await officer.GetStringAsync("/desk/merchants.csv?days=30&language=en", Stop);

        csv.ShouldStartWith("Shop,District,Payments,Spent,Refunded,Not yet settled\r\n");
        (await officer.GetByteArrayAsync("/desk/merchants.csv", Stop))[..3].ShouldBe(Encoding.UTF8.Preamble.ToArray());
        var bakery = csv.Split("\r\n").Single(line => line.StartsWith("Sunflower Bakery,", StringComparison.Ordinal));
        var cells = Cell().Matches(Row().Matches(page).Single(r => r.Value.Contains("Sunflower Bakery")).Value)
            .Select(c => c.Groups[1].Value.Replace(",", "", StringComparison.Ordinal).Trim());
        cells.ShouldBe(bakery.Split(','));
    }

    [Fact]
    public async Task What_an_address_says_in_vain_becomes_thirty_days_of_the_citys_points()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);

        var strange = await officer.GetStringAsync("/desk/flow?days=-1&currency=%3Cscript%3E", Stop);

        strange.ShouldContain("""<a href="/desk/flow?days=30" aria-current="page">""");
        strange.ShouldNotContain("<script>", Case.Insensitive);
        (await officer.GetAsync("/desk/flow?days=many", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory, InlineData(Screen.Phone), InlineData(Screen.Tablet), InlineData(Screen.Desk)]
    public async Task Everyone_can_read_it_at_every_size(Screen screen)
    {
        var page = await Browser.OpenAsync(city, screen, "en");
        List<string> complaints = [];
        page.Console += (_, said) => complaints.AddRange(said.Type is "error" or "warning" ? [said.Text] : []);
        await page.SignInAsync(city, Cast.WangYating, "/desk");
        foreach (var address in Pages)
        {
            await page.GotoAsync(address);
            await ChartsAreDrawnAsync(page);

            await page.ShouldBeAccessibleAsync();
            complaints.ShouldBeEmpty($"{address} at {screen}");
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"))
                .ShouldBeLessThanOrEqualTo(0, $"{address} at {screen} does not scroll sideways");
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_chart_draws_what_its_table_says_and_the_keyboard_opens_the_table()
    {
        var page = await Browser.OpenAsync(city, Screen.Desk, "en");
        await page.SignInAsync(city, Cast.WangYating, "/desk/flow");
        await ChartsAreDrawnAsync(page);

        var drawn = await page.EvaluateAsync<double[]>(
            """
            () => echarts.getInstanceByDom(document.querySelector('.chart-picture')).getOption().series[0].data
            """);
        var written = await page.EvaluateAsync<double[]>(
            """
            () => [...document.querySelectorAll('figure:first-of-type tbody tr:not([data-draw])')]
              .slice(0, 29).map(row => Number(row.cells[1].textContent.replaceAll(',', '')))
            """);
        drawn.ShouldBe(written);
        drawn.Length.ShouldBe(29, "today is not over and is not drawn");

        var table = page.Locator("details table").First;
        await Assertions.Expect(table).Not.ToBeVisibleAsync();
        await page.Locator("summary").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(table).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Without_scripts_the_tables_stand_open()
    {
        var page = await Browser.OpenAsync(city, Screen.Desk, "en", withScripts: false);
        await page.SignInAsync(city, Cast.WangYating, "/desk/flow");

        foreach (var table in await page.Locator("table").AllAsync())
            await Assertions.Expect(table).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".chart-picture").First).Not.ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    static async Task ChartsAreDrawnAsync(IPage page) => await page.WaitForFunctionAsync(
        "() => [...document.querySelectorAll('figure[data-chart]')].every(f => f.dataset.drawn)");

    [GeneratedRegex("<tr[ >].*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<t[hd][^>]*>([^<]*)</t[hd]>")]
    private static partial Regex Cell();
}
