using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Policies;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Twin;

namespace CityLoop.Server.Tests.Policies;

/// <summary>The page shows what the twin says, and nothing that it does not say.</summary>
public sealed partial class PolicyPageTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static readonly (string Name, Func<Figures, Estimate> Of)[] Year =
    [
        ("Members at the end", f => f.Members), ("Stamps", f => f.Stamps),
        ("People with three stamps", f => f.RewardsDue), ("of them paid", f => f.RewardsPaid),
        ("Points issued", f => f.Issued), ("of them back on payments", f => f.Rebate),
        ("Spent at shops", f => f.Spent), ("Expired", f => f.Expired), ("Left in people's hands", f => f.Left),
    ];

    [Fact]
    public async Task Every_figure_of_the_page_is_what_the_same_seeds_live_through()
    {
        var tried = Live(reward: 50, places: 2_000, rebatePercent: 5);
        var published = Live(reward: 100, places: 6_000, rebatePercent: 3);
        using var officer = await city.SignInAsync(Cast.WangYating);

        var page = await officer.GetStringAsync(
            "/desk/policies?language=en&reward=50&places=2000&rebate=5&seeds=3", Stop);

        var tables = Table().Matches(page).Select(table => Row().Matches(table.Value).Skip(1)
            .Select(row => Cell().Matches(row.Value).Select(c => Text(c.Groups[1].Value)).ToArray())
            .ToList()).ToList();
        tables[0].ShouldBe(Year.Select(f => YearRow(f.Name, f.Of(tried.Year), f.Of(published.Year))));
        tables[1].ShouldBe(tried.Months.Select(month => MonthRow(
            month, f => f.Left.Low, f => f.Left.High, f => f.Left.Mean)));
        tables[2].ShouldBe(tried.Months.Select(month => MonthRow(
            month, f => f.Issued.Mean, f => f.Spent.Mean, f => f.Expired.Mean, f => f.Members.Mean,
            f => f.Stamps.Mean)));
        tried.YearsWithoutPlaces.ShouldBeGreaterThan(0);
        WebUtility.HtmlDecode(page).ShouldContain(
            $"The places run out in {tried.YearsWithoutPlaces} of 3 lives, in the middle one on "
            + tried.PlacesGoneOn!.Value.ToString("d MMMM yyyy", CultureInfo.InvariantCulture));
    }

    /// <summary>The years of seeds 1 to 3, one after the other, with the document that the city reads.</summary>
    TwinReport Live(long reward, long places, int rebatePercent)
    {
        var pack = city.Pack;
        var people = Population.Of(TryPolicy.DistrictsOf(pack), 100);
        var document = File.ReadAllText(Path.Combine(pack.Folder, "missions", "heritage-rally.json"));
        var changed = Regex.Replace(document, "(\"amount\"\\s*:\\s*)100\\b", $"${{1}}{reward}");
        var budgets = pack.Budgets.ToDictionary(budget => budget.Name, budget => budget.Amount);
        budgets["rally-2026"] = reward * places;
        var policy = new TwinPolicy
        {
            Mission = MissionDocument.Read(System.Text.Encoding.UTF8.GetBytes(changed), CityNames.None).Mission!,
            Budgets = budgets,
            RebatePercent = rebatePercent,
            RebateBudget = pack.Rebate.Budget.Name,
            CurrencyCode = pack.MainCurrency.Code,
            CurrencyScale = pack.MainCurrency.Scale,
            LastDay = pack.MainCurrency.LastDay.For,
            Spots = [.. pack.Spots.Select(spot => new TwinSpot(spot.Id, spot.Latitude, spot.Longitude))],
        };
        long[] seeds = [1, 2, 3];
        return TwinReport.Of(
            people, [.. seeds.Select(seed => SyntheticCity.Live(people, policy, new Behaviour(), seed))], 1);
    }

    static string[] YearRow(string name, Estimate tried, Estimate published)
    {
        var change = (long)Math.Round(tried.Mean) - (long)Math.Round(published.Mean);
        return
        [
            name, Whole(tried.Mean), $"{Whole(tried.Low)} – {Whole(tried.High)}", Whole(published.Mean),
            change.ToString("+#,0;\u2212#,0;0", CultureInfo.InvariantCulture),
        ];
    }

    static string[] MonthRow(MonthEstimate month, params Func<Figures, double>[] figures) =>
    [
        month.Month.ToString("MMM yy", CultureInfo.InvariantCulture), .. figures.Select(of => Whole(of(month.Figures))),
    ];

    static string Text(string html) => WebUtility.HtmlDecode(Tag().Replace(html, "")).Trim();

    static string Whole(double value) => Math.Round(value).ToString("#,0", CultureInfo.InvariantCulture);

    [GeneratedRegex("<table.*?</table>", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex("<tr[ >].*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<t[hd][^>]*>(.*?)</t[hd]>", RegexOptions.Singleline)]
    private static partial Regex Cell();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
