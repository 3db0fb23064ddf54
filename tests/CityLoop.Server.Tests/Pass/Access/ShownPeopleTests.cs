using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.ShopCodes;
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
/// Opens whatever staff, auditors and shop workers may open and looks for people in it: wherever somebody stands, an
/// access of theirs must have been written by that very request. A new page, or a second list on an old one, that
/// shows people and writes nothing fails here.
/// </summary>
public sealed partial class ShownPeopleTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>What nobody else has: a name, a name on a document, a contact, a sum of points.</summary>
    static readonly string[] EmmasMarks =
        ["Emma Dubois", "EMMA CANARY", "e•••@example.org", "emma@example.org", "77,731", "77731"];

    /// <summary>One for each other list in which people stand.</summary>
    static readonly string[] Others =
        ["Canary Ward", "Canary Guardian", "Canary Helper", "Canary Cardholder", "Canary Newcomer"];

    readonly Dictionary<string, PersonId> _people = new() { ["Emma"] = PersonId.OfCast(Cast.EmmaDubois) };

    [Fact]
    public async Task Wherever_somebody_of_staff_meets_a_person_an_access_is_written()
    {
        var samples = await PlantAsync();
        var shown = new HashSet<string>();
        foreach (var castId in new[] { Cast.ZhangJianguo, Cast.LiShufen, Cast.HuangZhiming })
        {
            using var reader = await city.SignInAsync(castId);
            foreach (var route in StaffRoutes())
            {
                samples.TryGetValue(route, out var sample);
                (sample ?? route).ShouldNotContain('{', $"{route} needs a sample with Emma in it");
                var address = sample ?? route;
                var before = await AccessesAsync(castId);
                using var answer = await reader.GetAsync(address);
                var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
                var after = await AccessesAsync(castId);
                foreach (var (name, person) in _people.Where(one => Marks(one.Key).Any(text.Contains)))
                {
                    shown.Add($"{route} {name}");
                    after.GetValueOrDefault(person.Value).ShouldBeGreaterThan(
                        before.GetValueOrDefault(person.Value), $"{castId} sees {name} at {address}");
                }
            }
        }

        // So that the search itself cannot break unseen. At the till, where Emma has paid, nobody stands.
        shown.ShouldBe(
        [
            "/api/v1/ledger/accounts/{account:int}/statement Emma",
            "/counter Emma", "/counter Canary Ward", "/counter Canary Guardian", "/counter Canary Newcomer",
            "/counter/cards Emma", "/counter/cards Canary Cardholder",
            "/counter/visits/{Id:guid} Emma", "/counter/visits/{Id:guid} Canary Helper",
            "/counter/visits/{Id:guid}/cards Emma", "/desk/accounts/{Number:int} Emma",
        ], ignoreOrder: true);
    }

    [Fact]
    public async Task An_auditor_who_reads_one_entry_of_a_person_is_written_down_too()
    {
        await city.GiveAsync(Cast.EmmaDubois, 15);
        var account = await city.AccountOfAsync(Cast.EmmaDubois);
        var entry = await city.Get<CityLedger>().ReadAsync(books => books.Account(account).LastSequence, default);
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        var emma = PersonId.OfCast(Cast.EmmaDubois).Value;
        var before = (await AccessesAsync(Cast.LiShufen)).GetValueOrDefault(emma);

        (await auditor.GetAsync($"/api/v1/ledger/entries/{entry}/proof")).Dispose();

        (await AccessesAsync(Cast.LiShufen))[emma].ShouldBe(before + 1);
    }

    /// <summary>What the committed table lets staff or auditors open, and residents not.</summary>
    static List<string> StaffRoutes()
    {
        var table = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "reference", "authorization.md"));
        var routes = table.Select(line => Line().Match(line)).Where(line => line.Success)
            .Select(line => line.Groups[1].Value)
            // A stream has no end, and tells what the address before it tells.
            .Where(route => !route.EndsWith("/events", StringComparison.Ordinal)).ToList();
        routes.Count.ShouldBeGreaterThan(25, "the table is read wrongly");
        return routes;
    }

    static string[] Marks(string name) => name == "Emma" ? EmmasMarks : [name];

    async Task<Dictionary<string, string>> PlantAsync()
    {
        var samples = new Dictionary<string, string>(await city.MakePlacesAsync());
        await city.GiveAsync(Cast.EmmaDubois, 10);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var paid = (await till.ChargeAsync(await city.CodeOfAsync(Cast.EmmaDubois), 10)).ShouldBeDone().Id;
        var requests = city.Get<PaymentRequests>();
        var request = (await requests.AskAsync(
            SignInRoad.PersonOf(Cast.HuangZhiming), Guid.NewGuid(), 5, default)).Request!;
        await requests.PayAsync(SignInRoad.PersonOf(Cast.EmmaDubois), request.Id, null, default);
        samples["/till/requests/{id:guid}"] = $"/till/requests/{request.Id}";
        samples["/api/v1/till/requests/{id:guid}"] = $"/api/v1/till/requests/{request.Id}";
        samples["/till/receipts/{id:guid}"] = $"/till/receipts/{paid}";
        await city.GiveAsync(Cast.EmmaDubois, 77_731);
        // The city's sum of the day is another number.
        await city.GiveAsync(Cast.HuangZhiming, 5);
        var account = (await city.AccountOfAsync(Cast.EmmaDubois)).Value;
        using var first = await city.SignInAsync(Cast.WangYating);
        var visit = await first.FindAsync(city.ContactOf(Cast.EmmaDubois));
        await first.RecordAsync(visit, "EMMA CANARY");
        foreach (var name in Others)
            _people[name] = await PersonAsync(name);
        await first.RecordAsync(await first.FindAsync(ContactOf("Canary Newcomer")), "Canary Newcomer");
        await BindCardAsync(_people["Emma"]);
        await BindCardAsync(_people["Canary Cardholder"]);
        await RepresentAsync(_people["Canary Ward"], _people["Canary Guardian"], isApproved: false);
        await RepresentAsync(_people["Emma"], _people["Canary Helper"], isApproved: true);
        samples["/counter/visits/{Id:guid}"] = visit.AbsolutePath;
        samples["/counter/visits/{Id:guid}/cards"] = $"{visit.AbsolutePath}/cards";
        samples["/counter/visits/{Id:guid}/children"] = $"{visit.AbsolutePath}/children";
        samples["/desk/accounts/{Number:int}"] = $"/desk/accounts/{account}";
        samples["/api/v1/ledger/accounts/{account:int}/statement"] =
            $"/api/v1/ledger/accounts/{account}/statement?at={city.Clock.GetUtcNow():s}Z";
        return samples;
    }

    async Task<PersonId> PersonAsync(string name)
    {
        using var client = city.Visit();
        await client.SignInAsync(city, ContactOf(name));
        var person = await client.IdAsync();
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update pass.person set name = @name where id = @id", new { name, id = person.Value });
        return person;
    }

    static string ContactOf(string name) => $"{name.Replace(' ', '-').ToLowerInvariant()}@example.org";

    async Task BindCardAsync(PersonId person)
    {
        var (cards, officer) = (city.Get<CardStore>(), PersonId.OfCast(Cast.WangYating));
        var (serial, _) = (await cards.PrintAsync(officer, 1, default))[0];
        await cards.BindToAsync(officer, serial, person, isFirst: false, default);
    }

    /// <summary>What one officer recorded about who acts for whom; it waits for another one, or holds.</summary>
    async Task RepresentAsync(PersonId person, PersonId representative, bool isApproved)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into pass.representation_check (id, person, representative, ground, last_day, first_officer,
              recorded_at, second_officer, approved_at)
            values (gen_random_uuid(), @person, @representative, 'assistance', @lastDay, @first, @now,
              case when @isApproved then @second::uuid end, case when @isApproved then @now end);
            insert into pass.guardianship (child, guardian, asked_at, accepted_at, ground, last_day)
            select @person, @representative, @now, @now, 'assistance', @lastDay where @isApproved
            """,
            new
            {
                person = person.Value, representative = representative.Value, isApproved,
                lastDay = city.Get<CityClock>().Today.AddYears(1), now = city.Clock.GetUtcNow(),
                first = PersonId.OfCast(Cast.WangYating).Value, second = PersonId.OfCast(Cast.ZhangJianguo).Value,
            });
    }

    /// <summary>How many accesses an officer has of each person.</summary>
    async Task<Dictionary<Guid, long>> AccessesAsync(string officer)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return (await connection.QueryAsync<(Guid Person, long Count)>(
            "select person, count(*) from pass.access where officer = @Value group by person",
            PersonId.OfCast(officer))).ToDictionary(one => one.Person, one => one.Count);
    }

    // Stranger and resident are kept out, and one of staff and auditor is let in.
    [GeneratedRegex(@"^\| `GET (\S+)` \| (?:sign in|401) \| 403 \| (?=.*yes)")]
    private static partial Regex Line();
}
