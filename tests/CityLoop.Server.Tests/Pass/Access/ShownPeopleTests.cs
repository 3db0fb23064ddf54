using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Pass.Counter;
using CityLoop.Server.Tests.Web;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Access;

/// <summary>
/// Opens whatever staff and auditors may open and looks for one person in it: wherever they stand, an access of theirs
/// must have been written by that very request. A new page that shows people and writes nothing fails here.
/// </summary>
public sealed partial class ShownPeopleTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>What nobody else has: a name, a name on a document, a contact, a sum of points.</summary>
    static readonly string[] Marks = ["Emma Dubois", "EMMA CANARY", "e•••@example.org", "77,731", "77731"];

    [Fact]
    public async Task Wherever_an_officer_meets_a_person_an_access_is_written()
    {
        var samples = await PlantAsync();
        var shown = new HashSet<string>();
        foreach (var castId in new[] { Cast.ZhangJianguo, Cast.LiShufen })
        {
            using var officer = await city.SignInAsync(castId);
            foreach (var route in StaffRoutes())
            {
                samples.TryGetValue(route, out var sample);
                (sample ?? route).ShouldNotContain('{', $"{route} needs a sample with Emma in it");
                var address = sample ?? route;
                var before = await CountAsync(castId);
                using var answer = await officer.GetAsync(address);
                var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
                if (!Marks.Any(mark => text.Contains(mark, StringComparison.Ordinal)))
                    continue;
                shown.Add(route);
                (await CountAsync(castId)).ShouldBeGreaterThan(before, $"{castId} sees a person at {address}");
            }
        }

        // So that the search itself cannot break unseen.
        shown.ShouldBe(
        [
            "/api/v1/ledger/accounts/{account:int}/statement", "/counter", "/counter/cards",
            "/counter/visits/{Id:guid}", "/counter/visits/{Id:guid}/cards", "/desk/accounts/{Number:int}",
        ], ignoreOrder: true);
    }

    [Fact]
    public async Task An_auditor_who_reads_one_entry_of_a_person_is_written_down_too()
    {
        await city.GiveAsync(Cast.EmmaDubois, 10);
        var account = await city.AccountOfAsync(Cast.EmmaDubois);
        var entry = await city.Get<CityLedger>().ReadAsync(books => books.Account(account).LastSequence, default);
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        var before = await CountAsync(Cast.LiShufen);

        (await auditor.GetAsync($"/api/v1/ledger/entries/{entry}/proof")).Dispose();

        (await CountAsync(Cast.LiShufen)).ShouldBe(before + 1);
    }

    /// <summary>What the committed table lets staff or auditors open, and residents not.</summary>
    static List<string> StaffRoutes()
    {
        var table = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "reference", "authorization.md"));
        var routes = table.Select(line => Line().Match(line)).Where(line => line.Success)
            .Select(line => line.Groups[1].Value).ToList();
        routes.Count.ShouldBeGreaterThan(25, "the table is read wrongly");
        return routes;
    }

    async Task<Dictionary<string, string>> PlantAsync()
    {
        var samples = new Dictionary<string, string>(await city.MakePlacesAsync());
        await city.GiveAsync(Cast.EmmaDubois, 77_731);
        // The city's sum of the day is another number.
        await city.GiveAsync(Cast.HuangZhiming, 5);
        var emma = PersonId.OfCast(Cast.EmmaDubois);
        var account = (await city.AccountOfAsync(Cast.EmmaDubois)).Value;
        using var first = await city.SignInAsync(Cast.WangYating);
        var visit = await first.FindAsync(city.ContactOf(Cast.EmmaDubois));
        await first.RecordAsync(visit, "EMMA CANARY");
        var cards = city.Get<CardStore>();
        var (serial, _) = (await cards.PrintAsync(PersonId.OfCast(Cast.WangYating), 1, default))[0];
        await cards.BindToAsync(PersonId.OfCast(Cast.WangYating), serial, emma, isFirst: false, default);
        samples["/counter/visits/{Id:guid}"] = visit.AbsolutePath;
        samples["/counter/visits/{Id:guid}/cards"] = $"{visit.AbsolutePath}/cards";
        samples["/counter/visits/{Id:guid}/children"] = $"{visit.AbsolutePath}/children";
        samples["/desk/accounts/{Number:int}"] = $"/desk/accounts/{account}";
        samples["/api/v1/ledger/accounts/{account:int}/statement"] =
            $"/api/v1/ledger/accounts/{account}/statement?at={city.Clock.GetUtcNow():s}Z";
        return samples;
    }

    async Task<long> CountAsync(string officer)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.access where person = @person and officer = @officer",
            new { person = PersonId.OfCast(Cast.EmmaDubois).Value, officer = PersonId.OfCast(officer).Value });
    }

    // Stranger and resident are kept out, and one of staff and auditor is let in.
    [GeneratedRegex(@"^\| `GET (\S+)` \| (?:sign in|401) \| 403 \| (?=.*yes)")]
    private static partial Regex Line();
}
