using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Server.Credentials.Identity;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;

namespace CityLoop.Server.Tests.Credentials.Identity;

/// <summary>Level 2 without a counter: by a credential in somebody's own wallet, and by nobody else's.</summary>
public sealed partial class ProveIdentityTests(TestCity city) : IClassFixture<TestCity>
{
    const string Page = "/me/level/credential";

    [Fact]
    public async Task A_credential_in_ones_own_wallet_proves_who_one_is_and_one_reads_of_it()
    {
        await using var office = await CardOffice.OpenAsync(city, "good");
        using var person = await ComeAsync("by-credential@example.org");
        (await person.LevelAsync()).ShouldBe(1);

        (await ProveAsync(person, office, office.Issue("A123456789"))).ShouldBe("?done=proved");

        (await person.LevelAsync()).ShouldBe(2);
        var page = await person.GetStringAsync(Page);
        page.ShouldContain("戶政所");
        page.ShouldContain("現在的身分證明");
        (await person.GetStringAsync("/me/level")).ShouldContain(Page);
        var seen = await person.GetStringAsync("/me/data/access");
        seen.ShouldContain("戶政所");
        seen.ShouldContain("市民通用這個機關發的證明確認你的身分");
        (await city.LetterAsync("by-credential@example.org", "已用數位證明確認")).ShouldNotBeNull();
        // Of the number nothing is kept that could be read back, and offices find the person by its fingerprint.
        (await person.GetStringAsync("/me/data.json")).ShouldNotContain("A123456789");
        (await city.Get<CounterChecks>().DocumentPrintsAsync(await person.IdAsync(), default)).ShouldHaveSingleItem()
            .ShouldBe(await city.Get<DocumentPrints>().OfAsync("national_id", "A123456789", default));

        (await GiveUpAsync(person)).ShouldBe("?done=given_up");
        (await person.LevelAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_wallet_that_others_wrote_understands_what_is_asked_and_is_believed()
    {
        await using var office = await CardOffice.OpenAsync(city, "wallet");
        using var person = await ComeAsync("own-wallet@example.org");
        var held = office.Issue("AB7654321", "passport");
        var asked = await BeginAsync(person, office);

        var answer = await CredentialProgram.RunAsync("wallet.mjs", new
        {
            link = asked.Link, issued = held.SdJwt, pkcs8 = Convert.ToBase64String(held.Pkcs8),
            iat = city.Clock.GetUtcNow().ToUnixTimeSeconds(),
        });

        answer.GetProperty("status").GetInt32().ShouldBe(200, answer.ToString());
        using var said = await person.SubmitAsync(
            answer.GetProperty("redirect_uri").GetString()!, "action=\"/me/level/credential/confirm\"");
        said.RequestMessage!.RequestUri!.Query.ShouldBe("?done=proved");
        (await person.LevelAsync()).ShouldBe(2);
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("audience")]
    [InlineData("holder")]
    [InlineData("old")]
    [InlineData("expired")]
    [InlineData("revoked")]
    [InlineData("silent")]
    [InlineData("number")]
    [InlineData("hidden")]
    [InlineData("unmarked")]
    public async Task What_is_not_right_about_a_presentation_proves_nobody(string fault)
    {
        await using var office = await CardOffice.OpenAsync(city, $"bad-{fault}");
        using var person = await ComeAsync($"bad-{fault}@example.org");
        var held = office.Issue(fault == "number" ? "A123456788" : "A123456789", days: fault == "expired" ? 0 : 30);
        var asked = await BeginAsync(person, office);
        if (fault == "expired")
            city.Clock.Advance(TimeSpan.FromMinutes(1));
        if (fault == "revoked")
            office.Revoked.Add(held.Place);
        office.IsSilent = fault == "silent";
        if (fault == "unmarked")
            await office.MarkAsync(false);
        var shown = SdJwt.Present(
            held.SdJwt, fault == "hidden" ? ["document_type"] : ["document_type", "document_number"],
            fault == "holder" ? TamperedCredential.NewKey() : held.Holder,
            fault == "audience" ? "redirect_uri:https://elsewhere.example/" : asked.Audience,
            fault == "nonce" ? "another-nonce-of-theirs" : asked.Nonce,
            city.Clock.GetUtcNow() - (fault == "old" ? TimeSpan.FromMinutes(6) : TimeSpan.Zero));

        using var answer = await city.SendAsync(asked, shown);

        (await answer.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("identity_not_believed");
        (await person.LevelAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task What_was_shown_once_is_not_shown_again()
    {
        await using var office = await CardOffice.OpenAsync(city, "replay");
        using var person = await ComeAsync("replayed@example.org");
        var (held, asked) = (office.Issue("B120719833"), await BeginAsync(person, office));
        var shown = city.Present(held, asked);
        using var first = await city.SendAsync(asked, shown);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var again = await city.SendAsync(asked, shown);
        (await again.ProblemCodeAsync(HttpStatusCode.NotFound)).ShouldBe("identity_request_over");
        using var thief = await ComeAsync("replays@example.org");
        using var elsewhere = await city.SendAsync(await BeginAsync(thief, office), shown);
        (await elsewhere.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("identity_not_believed");
        // Without the code that came back through the wallet's browser there is nothing to say yes to.
        (await person.GetStringAsync($"{Page}?request={asked.Name}")).ShouldNotContain("id=\"confirm\"");
    }

    [Fact]
    public async Task Another_persons_wallet_proves_nobody_elses_pass()
    {
        await using var office = await CardOffice.OpenAsync(city, "lure");
        using var thief = await ComeAsync("lures@example.org");
        using var victim = await ComeAsync("lured@example.org");
        var asked = await BeginAsync(thief, office);
        using var answer = await city.SendAsync(asked, city.Present(office.Issue("C212345671"), asked));
        var back = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("redirect_uri").GetString()!;

        // The wallet opens its own owner's browser, and that is not where it was begun.
        (await victim.GetStringAsync(back)).ShouldContain("在別的瀏覽器開始的");
        using var other = await ComeAsync("lures@example.org");
        (await other.GetStringAsync(back)).ShouldContain("在別的瀏覽器開始的", customMessage: "another session of theirs");
        (await thief.LevelAsync()).ShouldBe(1);
        (await victim.LevelAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("expired")]
    [InlineData("unmarked")]
    [InlineData("silent")]
    public async Task What_ends_takes_the_level_with_it(string end)
    {
        await using var office = await CardOffice.OpenAsync(city, $"ends-{end}");
        using var person = await ComeAsync($"ends-{end}@example.org");
        var held = office.Issue($"AB{end}01", "passport");
        (await ProveAsync(person, office, held)).ShouldBe("?done=proved");
        var ended = city.Get<EndedIdentities>();
        await ended.SweepAsync(default);
        (await person.LevelAsync()).ShouldBe(2, "it still holds");

        if (end == "revoked")
            office.Revoked.Add(held.Place);
        office.IsSilent = end == "silent";
        if (end == "unmarked")
            await office.MarkAsync(false);
        if (end == "silent")
        {
            await ended.SweepAsync(default);
            (await person.LevelAsync()).ShouldBe(2, "an office may be down for some days");
        }

        city.Clock.Advance(end switch
        {
            "expired" => TimeSpan.FromDays(30), "silent" => EndedIdentities.SilentFor + TimeSpan.FromMinutes(1),
            _ => TimeSpan.Zero,
        });
        await ended.SweepAsync(default);

        (await person.LevelAsync()).ShouldBe(1);
        (await city.LetterAsync($"ends-{end}@example.org", "不再有效")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Only_an_office_with_its_own_system_and_the_right_fields_is_marked()
    {
        await using var office = await CardOffice.OpenAsync(city, "marks", isMarked: false);
        var own = (await city.Get<OfficeStore>().FindAsync("marks", default))!;
        var hosted = (await city.Get<OfficeStore>().FindAsync("household", default))!;
        var draft = new TypeDraft
        {
            Code = "some-id", Name = new("證明"), ProvesIdentity = true,
            Fields = "document_type | 證件\ndocument_number | 號碼",
        };

        draft.Fault(own).ShouldBeNull();
        draft.Fault(hosted).ShouldBe("type_identity_own_system");
        (draft with { Fields = "document_type | 證件" }).Fault(own).ShouldBe("type_identity_fields");
        using var person = await ComeAsync("no-source@example.org");
        (await person.GetStringAsync(Page)).ShouldNotContain($"value=\"{office.Type}\"");
    }

    async Task<HttpClient> ComeAsync(string contact)
    {
        var person = city.Visit();
        await person.SignInAsync(city, contact);
        return person;
    }

    /// <summary>All of the road; answers where it ended.</summary>
    async Task<string> ProveAsync(HttpClient person, CardOffice office, WalletCredential held)
    {
        var asked = await BeginAsync(person, office);
        using var answer = await city.SendAsync(asked, city.Present(held, asked));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await ConfirmAsync(person, answer);
    }

    static async Task<string> ConfirmAsync(HttpClient person, HttpResponseMessage answer)
    {
        var back = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("redirect_uri").GetString()!;
        using var said = await person.SubmitAsync(back, "action=\"/me/level/credential/confirm\"");
        return said.RequestMessage!.RequestUri!.Query;
    }

    async Task<Question> BeginAsync(HttpClient person, CardOffice office)
    {
        using var begun = await person.SubmitAsync(
            Page, $"value=\"{office.Type}\"", ("type", office.Type));
        var link = WebUtility.HtmlDecode(WalletLink().Match(await begun.Content.ReadAsStringAsync()).Groups[1].Value);
        WebUtility.UrlDecode(link).ShouldContain($"credentials/types/{office.Type}");
        return Question.Of(link);
    }

    [GeneratedRegex("href=\"(openid4vp://[^\"]+)\"")]
    private static partial Regex WalletLink();
}
