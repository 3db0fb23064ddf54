using System.Net;
using System.Text.Json.Nodes;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>What a person keeps of a consent to a proof, and who answers for it.</summary>
public sealed class ReceiptTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly PersonId Meiling = PersonId.OfCast(Cast.LinMeiling);

    [Fact]
    public async Task A_receipt_says_in_every_field_what_was_agreed_to_and_when_it_was_taken_back()
    {
        var school = await ProofService.RegisterAsync(city, "receipt-school");
        var given = city.Clock.GetUtcNow();
        await school.GivenAsync(Cast.LinMeiling);
        var (consent, address) = (await ConsentOfAsync(school), city.Address.ToString().TrimEnd('/'));
        var until = given.AddDays((await school.NeedAsync()).ConsentDays);
        using var meiling = await city.SignInAsync(Cast.LinMeiling);

        var before = await meiling.GetStringAsync(Receipt.AddressOf(consent));
        Fields(before).ShouldBe(ReceiptFields.Of(school.Service, consent, Meiling, address, given, until, null));
        city.Clock.Advance(TimeSpan.FromMinutes(5));
        var revoked = city.Clock.GetUtcNow();
        (await meiling.SubmitAsync($"/me/proofs/{consent}", "id=\"revoke\"")).Dispose();

        var after = await meiling.GetStringAsync(Receipt.AddressOf(consent));
        Fields(after).ShouldBe(ReceiptFields.Of(school.Service, consent, Meiling, address, given, revoked, revoked));
        foreach (var receipt in new[] { before, after })
            MandatoryFields.MissingIn(JsonNode.Parse(receipt)!).ShouldBeEmpty();
        var page = await meiling.GetStringAsync($"/me/proofs/{consent}");
        foreach (var part in new[] { "測試局", "測試路 1 號", "href=\"tel:0412345678\"" })
            page.ShouldContain(part);
    }

    [Fact]
    public async Task A_receipt_tells_who_answered_for_the_service_when_it_was_agreed_to()
    {
        var school = await ProofService.RegisterAsync(city, "handed-on-school");
        await school.GivenAsync(Cast.LinMeiling);
        var consent = await ConsentOfAsync(school);
        await city.Get<ServiceStore>().SaveAsync(
            school.Service with { Controller = new(LocalNames.Of("別的局", "別的局", "別的局"), "別的路 2 號", "1999") },
            default);
        using var meiling = await city.SignInAsync(Cast.LinMeiling);

        var party = JsonNode.Parse(await meiling.GetStringAsync(Receipt.AddressOf(consent)))!
            ["party_identification"]![0]!;

        ((string?)party["party_name"], (string?)party["party_address"], (string?)party["party_contact"])
            .ShouldBe(("測試局", "測試路 1 號", "04-1234-5678"));
    }

    [Fact]
    public async Task A_service_of_which_nobody_knows_who_answers_for_it_asks_nobody()
    {
        var school = await ProofService.RegisterAsync(city, "nobodys-school");
        var waiting = await school.StartedAsync();
        var services = city.Get<ServiceStore>();
        await services.SaveAsync(school.Service with { Controller = null }, default);

        using var refused = await school.StartAsync();
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("service_without_controller");
        (await city.Get<GiveConsent>().OpenAsync(waiting, default)).ShouldBeNull();

        await services.SaveAsync(school.Service, default);
        (await city.Get<GiveConsent>().OpenAsync(waiting, default)).ShouldNotBeNull();
    }

    /// <summary>All but the notice, which is the page that was read.</summary>
    static string Fields(string receipt)
    {
        var read = JsonNode.Parse(receipt)!;
        var processing = read["pii_processing"]![0]!.AsObject();
        processing["privacy_notice"]!["Parts"]!.AsArray().Count.ShouldBe(1);
        processing.Remove("privacy_notice");
        return read.ToJsonString(ReceiptFields.Readable);
    }

    async Task<Guid> ConsentOfAsync(ProofService service) =>
        (await city.Get<ConsentStore>().OfAsync(Meiling, default))
            .First(one => one.Read.Service == service.Service.Id).Id;
}
