using System.Net;
using System.Text.Json.Nodes;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Credentials.Sharing;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>What a person keeps of an agreement to sign in at a service.</summary>
public sealed class SignInReceiptTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly PersonId Meiling = PersonId.OfCast(Cast.LinMeiling);

    [Fact]
    public async Task A_receipt_says_what_was_agreed_to_and_stays_when_it_is_taken_back()
    {
        var program = await ServiceProgram.RegisterAsync(city, "kept-service");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        var given = city.Clock.GetUtcNow();
        await program.CodeAsync(meiling, ("scope", "openid profile email"));
        var agreement = (await OfAsync(program)).Single();

        var before = await ReceiptAsync(meiling, agreement.Id);
        MandatoryFields.MissingIn(before).ShouldBeEmpty();
        var processing = before["pii_processing"]![0]!;
        processing["pii_information"]!.AsArray().Select(one => (string?)one!["pii_type"]).ShouldBe(
        [
            "openid.sub", "profile.name", "profile.locale", "email.email", "openid.amr", "openid.acr",
        ]);
        ((string?)processing["purpose"], (string?)processing["language"]).ShouldBe(("為了測試", "zh-TW"));
        ((string?)before["party_identification"]![0]!["party_name"]).ShouldBe("測試局");
        ((DateTimeOffset?)processing["given_at"]).ShouldBe(given);
        ((string?)before["events"]![0]!["validity_duration"]).ShouldBe("P365D");
        ((string?)before["events"]![0]!["evidence"]!["method"]).ShouldBe("code");
        (await meiling.Client.GetStringAsync("/me/services")).ShouldContain(AgreementPage.AddressOf(agreement.Id));

        city.Clock.Advance(TimeSpan.FromMinutes(5));
        using var ended = await meiling.Client.SubmitAsync("/me/services", $"value=\"{program.Service.Id}\"");

        var after = await ReceiptAsync(meiling, agreement.Id);
        MandatoryFields.MissingIn(after).ShouldBeEmpty();
        StatesOf(after).ShouldBe(["given", "withdrawn"]);
        ((DateTimeOffset?)after["pii_processing"]![0]!["valid_until"]).ShouldBe(city.Clock.GetUtcNow());
        ((string?)after["events"]![1]!["validity_duration"]).ShouldBe("PT0S");
        var page = await meiling.Client.GetStringAsync(AgreementPage.AddressOf(agreement.Id));
        foreach (var part in new[] { "你停止了", "測試局", "測試路 1 號", "電子郵件", "id=\"ended\"" })
            page.ShouldContain(part);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        foreach (var address in new[] { SignInReceipt.AddressOf(agreement.Id), AgreementPage.AddressOf(agreement.Id) })
            (await emma.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_agrees_to_more_has_a_receipt_of_all_of_it_and_keeps_the_one_before()
    {
        var program = await ServiceProgram.RegisterAsync(city, "broader-service");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await program.CodeAsync(meiling, ("scope", "openid email"));
        city.Clock.Advance(TimeSpan.FromDays(1));
        await meiling.SignInAsync(city.ContactOf(Cast.LinMeiling));
        await program.CodeAsync(meiling, ("scope", "openid profile"));

        var (newest, first) = ((await OfAsync(program))[0], (await OfAsync(program))[1]);

        newest.Scopes.Order().ShouldBe(["email", "openid", "profile"]);
        newest.Read.Scopes.ShouldBe(["openid", "profile"], "so much stood on the page");
        newest.Until.ShouldBe(first.Until, "no longer than they were told then");
        StatesOf(await ReceiptAsync(meiling, first.Id)).ShouldBe(["given", "replaced"]);
        StatesOf(await ReceiptAsync(meiling, newest.Id)).ShouldBe(["given"]);
        (await meiling.Client.GetStringAsync(AgreementPage.AddressOf(newest.Id)))
            .ShouldContain(AgreementPage.AddressOf(first.Id));
    }

    [Fact]
    public async Task With_other_terms_an_agreement_is_over_and_its_receipt_says_so()
    {
        var program = await ServiceProgram.RegisterAsync(city, "other-terms-service");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await program.CodeAsync(meiling);
        var agreement = (await OfAsync(program)).Single();

        await ServiceProgram.ChangeAsync(city, (changes, officer) => changes.AskAsync(
            ServiceDraft.Of(program.Service) with { Purpose = new("別的用途") }, program.Service, officer, default));

        var receipt = await ReceiptAsync(meiling, agreement.Id);
        StatesOf(receipt).ShouldBe(["given", "terminated"]);
        ((string?)receipt["pii_processing"]![0]!["purpose"]).ShouldBe("為了測試", "what was read then");
        var list = await meiling.Client.GetStringAsync("/me/services");
        list.ShouldNotContain($"value=\"{program.Service.Id}\"", customMessage: "there is nothing left to stop");
    }

    [Fact]
    public async Task An_agreement_runs_out_by_itself()
    {
        var program = await ServiceProgram.RegisterAsync(
            city, "short-service", service => service with { ConsentDays = 1 });
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await program.CodeAsync(meiling);
        var agreement = (await OfAsync(program)).Single();
        city.Clock.Advance(TimeSpan.FromDays(2));
        await meiling.SignInAsync(city.ContactOf(Cast.LinMeiling));

        var receipt = await ReceiptAsync(meiling, agreement.Id);

        StatesOf(receipt).ShouldBe(["given", "expired"]);
        ((DateTimeOffset?)receipt["events"]![1]!["event_time"]).ShouldBe(agreement.Until);
    }

    [Fact]
    public async Task Agreements_stand_in_the_download_of_everything()
    {
        var program = await ServiceProgram.RegisterAsync(city, "downloaded-service");
        using var meiling = await Citizen.SignInAsync(city, Cast.LinMeiling);
        await program.CodeAsync(meiling);
        var agreement = (await OfAsync(program)).Single();

        var told = await city.Get<MyData>().OfAsync(Meiling, default);

        told["held"]!["sign_on.agreement"]!.AsArray().Single(one => (Guid?)one!["id"] == agreement.Id)!
            ["notice"]!["Purposes"]!["zh-TW"]!.GetValue<string>().ShouldBe("為了測試");
    }

    async Task<IReadOnlyList<Agreement>> OfAsync(ServiceProgram program) =>
        [.. (await city.Get<Consents>().AgreementsAsync(Meiling, default))
            .Where(one => one.Service == program.Service.Id)];

    static async Task<JsonNode> ReceiptAsync(Citizen person, Guid agreement) =>
        JsonNode.Parse(await person.Client.GetStringAsync(SignInReceipt.AddressOf(agreement)))!;

    static IEnumerable<string?> StatesOf(JsonNode receipt) =>
        receipt["events"]!.AsArray().Select(one => (string?)one!["event_state"]);
}
