using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Insights;

/// <summary>What the desk says on the morning after a last day.</summary>
public sealed partial class ExpiredPointsTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Points_past_their_last_day_stand_as_expired_on_the_page_and_in_the_file()
    {
        var lastDay = city.Get<CityClock>().Today;
        await city.GiveAsync(Cast.LinMeiling, 1_230, lastDay);
        await city.GiveAsync(Cast.LinMeiling, 50, lastDay.AddDays(100));
        city.Clock.Advance(TimeSpan.FromDays(1));
        await Eventually.BecomesTrueAsync(
            async () => await city.BalanceOfAsync(Cast.LinMeiling) == 50, DeskTown.Patience, "the day turns");
        await city.DeskHasFollowedAsync();
        // It is told of the day on which it happened, also when that day is over.
        city.Clock.Advance(TimeSpan.FromDays(1));
        using var officer = await city.SignInAsync(Cast.WangYating);

        var page = await officer.GetStringAsync("/desk/flow?days=7&language=en", Stop);
        var file = await officer.GetStringAsync("/desk/flow/days.csv?days=7&language=en", Stop);

        var days = TableAfter(page, "Day");
        var column = days[0].IndexOf("Expired");
        column.ShouldBeGreaterThan(0);
        days.Where(row => row[column] is not ("0" or "Expired")).Select(row => (row[0], row[column]))
            .ShouldBe([("22 Nov", "1,230"), ("Total", "1,230")]);
        var lines = file.Trim().TrimStart('\uFEFF').Split("\r\n").Select(line => line.Split(',')).ToList();
        var inFile = Array.IndexOf(lines[0], "Expired");
        lines.Skip(1).Where(line => line[inFile] != "0").Select(line => (line[0], line[inFile]))
            .ShouldBe([("2026-11-22", "1230")]);
    }

    /// <summary>The cells of the first table whose first heading is this one.</summary>
    static List<List<string>> TableAfter(string page, string heading) =>
        Table().Matches(page).Select(table => Row().Matches(table.Value)
                .Select(row => Cell().Matches(row.Value).Select(c => WebUtility.HtmlDecode(c.Groups[1].Value).Trim())
                    .ToList()).ToList())
            .First(rows => rows[0][0] == heading);

    [GeneratedRegex("<table.*?</table>", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex("<tr[ >].*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<t[hd][^>]*>([^<]*)</t[hd]>")]
    private static partial Regex Cell();
}
