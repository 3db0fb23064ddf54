using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Carbon;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Carbon;

public sealed partial class CarbonPagesTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Somebody_links_a_company_rides_sees_the_number_and_why_and_ends_the_link()
    {
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var bikes = new PartnerClient(city, "green-bikes");

        var shown = await ReadAsync(emma.SubmitAsync("/carbon", "name=\"Partner\"", ("Partner", "green-bikes")));
        var rider = await bikes.LinkAsync(Code().Match(shown).Value);
        var trip = PartnerClient.Trip("emma-1", rider, "public-bike");
        (await bikes.SendAsync("trips", trip)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var mine = await ReadAsync(emma.GetAsync("/carbon"));
        mine.ShouldContain("970 公克");
        mine.ShouldContain("170 公克");
        var why = await ReadAsync(emma.GetAsync(TripAddress().Match(mine).Value));
        why.ShouldContain("10 公里 × 0.097 kgCO2e/公里 = 0.97 kg");
        why.ShouldContain("1 趟 × 0.17 kgCO2e/趟 = 0.17 kg");
        why.ShouldContain("China Times 2023-12-04");
        why.ShouldContain("<dt>版本</dt><dd>2023</dd>");

        using var ended = await emma.PostAsync("/carbon/unlink", await FormOfAsync(emma, "green-bikes"));
        (await ended.Content.ReadAsStringAsync()).ShouldContain("已經解除");
        trip["trip"] = "emma-2";
        (await bikes.SendAsync("trips", trip)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ReadAsync(emma.GetAsync("/carbon"))).ShouldContain("970 公克");
    }

    [Fact]
    public async Task A_link_code_works_once_within_ten_minutes_and_at_its_partner_only()
    {
        var (links, bus) = (city.Get<RiderLinks>(), city.Get<CityRules>().PartnerOf("dadun-bus")!);
        var person = new PersonId(new Guid("00000000-0000-8000-8000-000000000001"));
        var none = CancellationToken.None;

        var used = await links.MakeCodeAsync(bus, person, none);
        (await links.RedeemAsync("green-bikes", used, none)).ShouldBeNull();
        (await links.RedeemAsync("dadun-bus", $" {used.ToLowerInvariant()} ", none)).ShouldNotBeNull();
        (await links.RedeemAsync("dadun-bus", used, none)).ShouldBeNull();
        var replaced = await links.MakeCodeAsync(bus, person, none);
        var late = await links.MakeCodeAsync(bus, person, none);
        (await links.RedeemAsync("dadun-bus", replaced, none)).ShouldBeNull();
        city.Clock.Advance(TimeSpan.FromMinutes(10.1));
        (await links.RedeemAsync("dadun-bus", late, none)).ShouldBeNull();
    }

    [Fact]
    public async Task Another_persons_trip_is_not_there()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var trip = await connection.QueryFirstAsync<Guid>(
            "select id from carbon.trip where person = @person",
            new { person = PersonId.OfCast(Cast.LinMeiling).Value });
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var meiling = await city.SignInAsync(Cast.LinMeiling);

        (await meiling.GetAsync($"/carbon/trips/{trip}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await officer.GetAsync($"/carbon/trips/{trip}")).StatusCode.ShouldBe(
            HttpStatusCode.NotFound, string.Join('\n', city.Log.Lines));
        (await meiling.GetAsync("/carbon/trips/00000000-0000-0000-0000-000000000000")).StatusCode
            .ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/carbon", null, "/sign-in")]
    [InlineData("/desk/carbon", null, "/sign-in")]
    [InlineData("/desk/policies", null, "/sign-in")]
    [InlineData("/desk/carbon", Cast.LinMeiling, "403")]
    [InlineData("/desk/carbon", Cast.HuangZhiming, "403")]
    [InlineData("/desk/policies", Cast.LinMeiling, "403")]
    [InlineData("/desk/carbon", Cast.LiShufen, "200")]
    [InlineData("/desk/policies?seeds=1", Cast.LiShufen, "200")]
    [InlineData("/desk/policies?seeds=0", Cast.LiShufen, "400")]
    [InlineData("/desk/policies?seeds=9999999999999999999999", Cast.LiShufen, "400")]
    [InlineData("/desk/policies?seeds=1&rebate=-3", Cast.LiShufen, "400")]
    [InlineData("/desk/policies?seeds=1&rebate=101", Cast.LiShufen, "400")]
    [InlineData("/desk/policies?seeds=1&reward=0", Cast.LiShufen, "400")]
    [InlineData("/desk/policies?seeds=1&places=x", Cast.LiShufen, "400")]
    [InlineData("/carbon?month=13-2026", Cast.LinMeiling, "200")]
    public async Task Each_page_is_open_to_whom_it_is_for(string page, string? who, string expected)
    {
        using var client = who is null ? city.Visit() : await city.SignInAsync(who);
        using var answer = await client.GetAsync(page);

        if (who is null)
            answer.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe(expected);
        else
            ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Fact]
    public async Task An_officer_renews_a_key_that_is_shown_once_and_an_auditor_cannot()
    {
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        (await ReadAsync(auditor.GetAsync("/desk/carbon"))).ShouldNotContain("name=\"Partner\"");
        var metro = city.Get<CityRules>().PartnerOf("willow-metro")!;
        var before = await city.Get<PartnerKeys>().OfAsync(metro, CancellationToken.None);
        using var officer = await city.SignInAsync(Cast.WangYating);

        var shown = await ReadAsync(
            officer.SubmitAsync("/desk/carbon", "name=\"Partner\"", ("Partner", "willow-metro")));

        var key = await city.Get<PartnerKeys>().OfAsync(metro, CancellationToken.None);
        key.ShouldNotBe(before);
        WebUtility.HtmlDecode(shown).ShouldContain(PartnerKeys.Written(key));
        WebUtility.HtmlDecode(await ReadAsync(officer.GetAsync("/desk/carbon")))
            .ShouldNotContain(PartnerKeys.Written(key));
    }

    [Fact]
    public async Task Twenty_that_ask_for_a_partners_first_key_at_once_get_the_same_one()
    {
        var newcomer = city.Get<CityRules>().Partners[0] with { Id = "newcomer" };

        var keys = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            _ => city.Get<PartnerKeys>().OfAsync(newcomer, CancellationToken.None)));

        keys.Select(Convert.ToHexString).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_desk_and_the_people_see_the_same_sums()
    {
        var (from, until) = (new DateOnly(2026, 9, 1), new DateOnly(2026, 11, 30));
        await using var connection = await city.Database.OpenConnectionAsync();
        var people = await connection.QueryAsync<Guid>("select distinct person from carbon.trip");
        var all = await SumSavings.Handle(new(null, from, until), city.Database, CancellationToken.None);
        var sum = new Dictionary<string, double>();
        foreach (var person in people)
            foreach (var (ruleSet, avoided) in (await SumSavings.Handle(
                new(new PersonId(person), from, until), city.Database, CancellationToken.None)).ByRuleSet)
                sum[ruleSet] = sum.GetValueOrDefault(ruleSet) + avoided.Value;

        sum.Keys.Order().ShouldBe(["easycard-passbook", "taipei-city"]);
        foreach (var (ruleSet, avoided) in all.ByRuleSet)
            avoided.Value.ShouldBe(sum[ruleSet], 1e-6);
        all.Months.SelectMany(month => month.Lines).Sum(line => line.Trips).ShouldBe(all.Trips);
    }

    [Fact]
    public async Task The_desk_reads_factor_source_and_version_beside_its_sums_and_can_work_them_out_again()
    {
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        var page = await ReadAsync(auditor.GetAsync("/desk/carbon?language=en"));

        var factors = RowsOf(Regex.Match(page, "<details id=\"factors\">.*?</details>", RegexOptions.Singleline).Value);
        factors.Count.ShouldBe(city.Get<CityRules>().RuleSets.Sum(named => named.Rules.Factors.Count()));
        var bike = factors.Single(row => row[0] == "EasyCard carbon passbook" && row[1] == "Public bike");
        bike[2..].ShouldBe(["0.17", "kgCO2e / ride", "China Times 2023-12-04 as reported, not checked", "2023"]);

        var rides = RowsOf(page).Where(row => row[1] == "Public bike" && row is [_, _, not "hidden", _, _, _])
            .Where(row => row[^1].Contains('±')).ToList();
        rides.ShouldNotBeEmpty();
        foreach (var row in rides)
            Figure(row[5]).ShouldBe(Figure(row[2]) * Figure(bike[2]), 0.051, string.Join(" | ", row));
    }

    [Theory]
    [InlineData("zh-TW")]
    [InlineData("en")]
    public async Task Pages_keep_nobody_out_at_any_size(string language)
    {
        foreach (var (who, pages) in new[]
        {
            (Cast.LinMeiling, new[] { ("/carbon", "carbon") }),
            (Cast.WangYating, [("/desk/carbon", "desk-carbon"), ("/desk/policies?seeds=3", "desk-policies")]),
        })
        {
            var page = await Browser.OpenAsync(city, Screen.Phone, language);
            await page.SignInAsync(city, who, "/me?language=" + language);
            foreach (var screen in Enum.GetValues<Screen>())
            {
                await page.SetViewportSizeAsync((int)screen, 900);
                foreach (var (path, name) in pages)
                    await LookAsync(page, path, $"{name}-{(int)screen}-{language}", language);
            }

            await page.CloseAsync();
        }
    }

    static async Task LookAsync(IPage page, string path, string name, string language)
    {
        await page.GotoAsync(path);
        await Assertions.Expect(page.Locator("figure.chart:not([data-drawn])")).ToHaveCountAsync(0);
        await page.ShouldBeAccessibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBe(0, name);
        (await page.GetAttributeAsync("html", "lang")).ShouldStartWith(language[..2]);
        await page.PictureAsync(name, fullPage: true);
        if (path != "/carbon")
            return;
        await page.GotoAsync((await page.Locator("a.why").First.GetAttributeAsync("href"))!);
        await page.WaitForSelectorAsync(".formula");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync($"why-{name}", fullPage: true);
    }

    /// <summary>The rows of the tables in a piece of a page, cell by cell, as they are read.</summary>
    static List<string[]> RowsOf(string html) =>
    [
        .. Regex.Matches(html, "<tr>(?<row>\\s*<th scope=\"row\">.*?)</tr>", RegexOptions.Singleline).Select(row =>
            Regex.Matches(row.Groups["row"].Value, "<t[hd][^>]*>(?<cell>.*?)</t[hd]>", RegexOptions.Singleline)
                .Select(cell => Regex.Replace(cell.Groups["cell"].Value, "<[^>]+>", "").Trim()).ToArray()),
    ];

    /// <summary>"1,234.5 ±67.8" without its error.</summary>
    static double Figure(string cell) => double.Parse(
        cell.Split('±')[0].Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    static async Task<FormUrlEncodedContent> FormOfAsync(HttpClient client, string partner)
    {
        var page = await ReadAsync(client.GetAsync("/carbon"));
        var form = page[page.IndexOf("action=\"/carbon#partners\"", StringComparison.Ordinal)..];
        var token = Regex.Match(form, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        return new FormUrlEncodedContent(
        [
            new("__RequestVerificationToken", WebUtility.HtmlDecode(token)), new("Partner", partner),
        ]);
    }

    static async Task<string> ReadAsync(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("[2-9A-Z]{4}-[2-9A-Z]{4}")]
    private static partial Regex Code();

    [GeneratedRegex("/carbon/trips/[0-9a-f-]{36}")]
    private static partial Regex TripAddress();
}
